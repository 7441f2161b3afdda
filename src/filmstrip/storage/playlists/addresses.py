"""Where the names in a playlist lead: to web servers, and if they are relative to where the playlist is."""

from __future__ import annotations

import re
from urllib.parse import unquote, urljoin

from filmstrip.domain.errors import HostNotAllowedError, LimitExceededError, SourceUnreadableError
from filmstrip.domain.schemes import carries_keys, is_local, scheme_of
from filmstrip.params.destination import Destination
from filmstrip.storage.shown_source import shown_source

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)  # RFC 3986, 3.1
_CONTROL = re.compile(r"[\x00-\x1f]")
LONGEST_URL = 16_384
_MOST_CHARACTERS = 64 << 20
_LONGEST_SHOWN = 100


def is_web(url: str) -> bool:
    """Check whether a URL is one of a web server."""
    scheme = scheme_of(url)
    return scheme is not None and scheme.name == "http"


def without_query(url: str) -> str:
    """Return a URL without what may be a signature in it."""
    return url.partition("?")[0].partition("#")[0] if is_web(url) else url


def resolved(base: str, name: str) -> str:
    """Return the URL that a name in a playlist means (RFC 3986, 5).

    Args:
        base: URL of the playlist.
        name: As it stands there.

    Raises:
        HostNotAllowedError: It leads elsewhere than to a web server, or to the place of the playlist.
        SourceUnreadableError: It is none.
    """
    if not name or len(name) > LONGEST_URL or _CONTROL.search(name):
        raise SourceUnreadableError(f'The playlist "{shown_source(base)}" names no address where one is due')
    try:
        url = urljoin(base, name) if is_web(base) else _beside(base, name)
    except ValueError:
        raise SourceUnreadableError(f'The playlist "{shown_source(base)}" names an address that is none') from None
    if not is_web(url) and (is_web(base) or _SCHEME.match(name)):
        raise HostNotAllowedError(
            f'The playlist "{shown_source(base)}" names "{_shown(name)}"; it may name what is beside it, and addresses '
            "that begin with http:// or https://"
        )
    return url


def demand_short(base: str, count: int, label: str) -> None:
    """Refuse names whose base is so long that all of the addresses would fill the memory.

    Args:
        base: What the names are relative to.
        count: How many there are.
        label: The playlist, as it is shown.

    Raises:
        LimitExceededError: It is.
    """
    if len(without_query(base)) * count > _MOST_CHARACTERS:
        raise LimitExceededError(
            f'The playlist "{label}" has {count} segments at an address that is too long for so many'
        )


def _shown(name: str) -> str:
    """Write a name without what may be a login or a signature."""
    scheme, separator, rest = name.partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    shown = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}" if separator else scheme
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 1]}…"


def _beside(base: str, name: str) -> str:
    """Follow a name from a playlist that is on no web server; `urljoin` knows such URLs not."""
    if _SCHEME.match(name):
        return name
    if name.startswith("/"):
        raise ValueError
    # A query means nothing there. Files are named by percent-encoded URLs (RFC 8089), objects as they are.
    path = name.partition("?")[0].partition("#")[0]
    steps = (path if is_local(base) else unquote(path)).split("/")
    folders = base.split("/")[:-1]
    least = len(folders) - _folders_below_root(base)
    for step in steps:
        if step == "..":
            folders.pop()
        elif step not in {".", ""}:
            folders.append(step)
        if len(folders) < least:
            raise ValueError
    return "/".join(folders)


def _folders_below_root(base: str) -> int:
    """Return how many folders lie above a playlist, below the host, bucket or account of its URL."""
    scheme = scheme_of(base)
    # What stands before the host may hold slashes.
    plain = Destination.model_validate({"url": base}).url if carries_keys(base) else base
    count = plain.partition("://")[2].count("/") - (scheme.least_parts if scheme is not None else 1)
    return max(0, count)
