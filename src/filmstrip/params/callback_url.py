"""The address that a client wants to be called at."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from filmstrip.params.values import LongText, unfit

MAX_CHARACTERS = 4000
"""How long it may be (Qencode's limit)."""

_SCHEMES = ("http", "https")
_LONGEST_HOST = 253  # RFC 1035, 2.3.4, without the root's dot


def _is_receiver(url: str) -> str:
    """Refuse what cannot be called; the value is not shown, as it may hold a secret."""
    if len(url) > MAX_CHARACTERS:
        raise unfit(f"has {len(url)} characters; at most {MAX_CHARACTERS} are allowed")
    scheme, separator, _ = url.partition("://")
    if not separator or scheme.lower() not in _SCHEMES:
        begins = f'begins with "{scheme[:20]}://"' if separator and scheme.isalnum() else "is no URL"
        raise unfit(f"{begins}; callbacks go to http:// and https:// only")
    if any(blank in url for blank in " \t\\"):
        raise unfit("holds a blank or a backslash, which no URL has; write them as %20 and %5C")
    if not _has_host(url):
        raise unfit("names no host that can be called, or a port that is not from 1 to 65535")
    return url


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        # A name of other letters is called by its ASCII form (RFC 5891).
        ascii_host = host if ":" in host else host.removesuffix(".").encode("idna").decode()
    except ValueError:
        return False
    return 0 < len(ascii_host) <= _LONGEST_HOST and port != 0


CallbackUrl = Annotated[LongText, AfterValidator(_is_receiver)]
"""http:// or https:// URL; user and password in it are sent as such."""
