"""Asks for a source over HTTP: one GET at a time, redirects followed, failures told in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import Request

import urllib3
from urllib3.exceptions import HTTPError, LocationValueError, SSLError

from filmstrip.domain.errors import FilmstripError, SourceForbiddenError, SourceNotFoundError, SourceUnreachableError
from filmstrip.storage.http.addressing import have_one_origin, redirect_target, shown_url, split_credentials
from filmstrip.storage.http.answer import Answer, read_answer
from filmstrip.storage.http.client import OWN_HEADERS, make_http_client
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceVersion
from filmstrip.storage.trouble import distrust_of, trouble_of

_MOST_REDIRECTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
_MAY_HAVE_EXPIRED = {401, 403, 404, 410}


class HttpSource:
    """A source on an http server; may be used by several threads at once."""

    def __init__(self, url: str, settings: StorageSettings, beside: HttpSource | None = None) -> None:
        """Prepare to ask; nothing is sent yet.

        Args:
            url: Where it is; it may begin with a user and a password.
            settings: How patient to be, and what the operator allows.
            beside: A source that names this one: its connections and cookies are used, which it closes, and its
                credentials if both are on one server.

        Raises:
            SourceNotFoundError: It is not a URL.
        """
        try:
            self.label = shown_url(url)
        except ValueError:
            raise SourceNotFoundError("The source is not a URL that can be fetched") from None
        self.settings = settings
        self._client: urllib3.PoolManager = make_http_client(settings) if beside is None else beside._client  # noqa: SLF001 - of its kind
        self._url, self._credentials = split_credentials(url)
        if beside is not None and not self._credentials:
            self._credentials = beside._credentials_for(self._url)  # noqa: SLF001 - of its kind
        self._resolved_url = self._url
        self._cookies: CookieJar = CookieJar() if beside is None else beside._cookies  # noqa: SLF001 - of its kind

    @property
    def resolved_url(self) -> str:
        """Where it was found: where the last redirect led to, without user and password."""
        return self._resolved_url

    def close(self) -> None:
        """Close the connections."""
        self._client.clear()

    @contextmanager
    def get(
        self, start: int | None = None, end: int | None = None, expected: SourceVersion | None = None
    ) -> Iterator[Answer]:
        """Ask for a half-open byte range, or for the whole; the answer can be read within the block.

        Raises:
            SourceError: The answer is not the source; `SourceUnreachableError` if that may be better a little
                later, `SourceChangedError` if the source is not in the expected state.
            HostNotAllowedError: The operator does not allow the host.
        """
        headers = {} if start is None else {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        if expected and expected.etag and not expected.etag.startswith("W/"):
            headers["If-Match"] = expected.etag  # only a strong tag can match (RFC 9110, 13.1.1)
        with self._failures_told():
            response = self._request(headers)
            try:
                yield read_answer(response, self.label, start or 0, expected)
            finally:
                # What was read to its end is in the pool again by now; an unread rest is cheaper to drop than to read.
                response.close()

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except LocationValueError:
            raise SourceNotFoundError(f'The source "{self.label}" is not a URL that can be fetched') from None
        except SSLError as error:
            raise _distrust(error, self.label) from None
        except HTTPError as error:
            raise SourceUnreachableError(f'The source "{self.label}" cannot be reached ({trouble_of(error)})') from None

    def _request(self, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        response = self._follow(self._resolved_url, headers)
        if response.status in _MAY_HAVE_EXPIRED and self._resolved_url != self._url:
            # Where we were redirected to may be good for minutes only: ask again where the client told us to.
            response.close()
            response = self._follow(self._url, headers)
        return response

    def _follow(self, url: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        for _hop in range(_MOST_REDIRECTS + 1):
            all_headers = OWN_HEADERS | headers | self._credentials_for(url) | self._cookies_for(url)
            response = self._client.request("GET", url, headers=all_headers, redirect=False, preload_content=False)
            # Shared links set one where they redirect, and want to see it again where they lead to.
            self._cookies.extract_cookies(cast("Any", response), Request(url))  # noqa: S310 - nothing is opened
            # S3 servers answer so, without saying where to, what is asked for in another region.
            if response.status not in _REDIRECTS or not response.headers.get("Location"):
                self._resolved_url = url
                return response
            response.close()
            url = self._redirected(url, response.headers.get("Location", ""))
        raise SourceForbiddenError(f'The source "{self.label}" redirects more than {_MOST_REDIRECTS} times')

    def _redirected(self, url: str, location: str) -> str:
        target = redirect_target(url, location)
        if target is None:
            raise SourceForbiddenError(f'The source "{self.label}" redirects to something that is not http')
        return target

    def _cookies_for(self, url: str) -> dict[str, str]:
        request = Request(url)  # noqa: S310 - nothing is opened: it is how cookies are asked for
        self._cookies.add_cookie_header(request)
        cookies = request.get_header("Cookie")
        return {"Cookie": cookies} if cookies else {}

    def _credentials_for(self, url: str) -> dict[str, str]:
        return self._credentials if have_one_origin(url, self._url) else {}


def _distrust(error: SSLError, label: str) -> FilmstripError:
    """Choose the error for a TLS connection that did not come about."""
    distrust = distrust_of(error, urlsplit(label).netloc)
    if distrust is None:
        return SourceUnreachableError(f'The source "{label}" cannot be reached (no TLS connection comes about)')
    return SourceForbiddenError(distrust)
