"""Fetches something over HTTP with the standard library, as any stranger would."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from filmstrip.domain.errors import FilmstripError

_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer.

    Attributes:
        content_type: Its Content-Type, without parameters.
        body: Its bytes.
    """

    content_type: str
    body: bytes


def fetch(url: str, form: bytes | None = None) -> Fetched:
    """Get a URL, or post an urlencoded form to it.

    Raises:
        FilmstripError: The server does not answer, or answers with an HTTP error.
    """
    try:
        with urlopen(url, form, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - only URLs of the demo's own servers
            return Fetched(answer.headers.get_content_type(), answer.read())
    except HTTPError as error:
        error.close()
        raise FilmstripError(f"{url} answers HTTP {error.code}") from error
    except (URLError, OSError) as error:
        raise FilmstripError(f"{url} does not answer: {error}") from error
