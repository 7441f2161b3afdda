"""A published file as a web page gets it: its bytes, and whether the page may read them."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

import urllib3
from urllib3.exceptions import HTTPError

from filmstrip.storage.http.client import OWN_HEADERS, make_http_client
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.trouble import trouble_of

MOST_BYTES = 512 << 20
"""Size of the largest file that is looked at; those of players are far smaller."""

TOO_LARGE = f"it is larger than {MOST_BYTES >> 20} MiB"

_MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Published:
    """An answer.

    Attributes:
        data: The file; empty if it cannot be fetched.
        problem: Why it cannot be fetched, None if it can.
        allow_origin: The header Access-Control-Allow-Origin, None without one.
    """

    data: bytes
    problem: str | None = None
    allow_origin: str | None = None


class PublishedFiles:
    """Files on http servers, asked for as a page of some origin asks for them."""

    def __init__(self, origin: str, settings: StorageSettings) -> None:
        """Speak for a page.

        Args:
            origin: Origin of the page, such as "https://www.example.com".
            settings: Which hosts may be asked, how long they are waited for, and how often.
        """
        self._headers = OWN_HEADERS | {"Origin": origin}
        self._client = make_http_client(settings)

    def get(self, url: str) -> Published:
        """Ask for a file, whole; redirects are followed.

        Raises:
            HostNotAllowedError: The operator does not allow the host.
        """
        redirects = urllib3.Retry(total=_MOST_REDIRECTS, connect=0, read=0, other=0, status=0)
        try:
            with self._client.request(
                "GET", url, headers=self._headers, retries=redirects, preload_content=False
            ) as answer:
                if answer.status != HTTPStatus.OK:
                    return Published(b"", f"{answer.status} {answer.reason or ''}".strip())
                data = answer.read(MOST_BYTES + 1)
        except HTTPError as error:
            return Published(b"", trouble_of(getattr(error, "reason", None) or error))
        if len(data) > MOST_BYTES:
            return Published(b"", TOO_LARGE)
        return Published(data, None, answer.headers.get("Access-Control-Allow-Origin"))

    def close(self) -> None:
        """Close the connections."""
        self._client.clear()
