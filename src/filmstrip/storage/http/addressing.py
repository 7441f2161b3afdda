"""What of a URL is asked for, what is sent beside it, and where a redirect leads."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit


def shown_url(url: str) -> str:
    """Write a URL so that it can be shown: without credentials, and without the query, which may be a signature."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def split_credentials(url: str) -> tuple[str, dict[str, str]]:
    """Return a URL without user, password and fragment, and the header that says the first two."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    # RFC 7617, 2.1: UTF-8 is what servers expect of a name that is not ASCII.
    encoded = b64encode(unquote(user).encode(errors="surrogatepass")).decode()
    return urlunsplit(parts._replace(netloc=host, fragment="")), ({"authorization": f"Basic {encoded}"} if at else {})


def redirect_target(url: str, location: str) -> str | None:
    """Return where a redirect leads, None if it is not to an http server."""
    try:
        target = urljoin(url, location)
        is_http = urlsplit(target).scheme in {"http", "https"}
    except ValueError:
        return None
    return target if is_http else None


def have_one_origin(one: str, other: str) -> bool:
    """Check whether two URLs are of one server, to which what is secret may be sent (RFC 6454)."""
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.netloc.lower()) == (second.scheme, second.netloc.lower())
