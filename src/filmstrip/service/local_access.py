"""What may be used without a server: what the user names, in addition to what the settings allow.

The user who types an address of the own network, or a path, may reach it anyway: the rules that keep clients of a
service out would only be in the way. What the named places lead to, such as a redirect to another host, stays subject
to them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from filmstrip.domain.schemes import carries_keys, is_local
from filmstrip.outputs._base import Output
from filmstrip.params.destination import Destination
from filmstrip.params.query import Query
from filmstrip.storage.local import path_of_url
from filmstrip.storage.playlist_kind import HEAD_BYTES, playlist_kind
from filmstrip.storage.settings import StorageSettings


def allow_named(query: Query[Output], settings: StorageSettings) -> StorageSettings:
    """Allow the hosts and paths that a query names."""
    destinations = [place.url for output in query.formats for place in output.destination]
    return allow_urls((*(source.url for source in query.sources), *destinations), settings)


def allow_urls(urls: tuple[str, ...], settings: StorageSettings) -> StorageSettings:
    """Allow the hosts and paths of some URLs; of a playlist, its folder and what is below it."""
    paths = tuple(_place_of(path_of_url(url)) for url in urls if is_local(url))
    hosts = tuple(_host_of(url) for url in urls if not is_local(url))
    return replace(
        settings,
        local_roots=settings.local_roots + paths,
        private_hosts=settings.private_hosts + tuple(host for host in hosts if host),
    )


def _place_of(path: Path) -> Path:
    """Return what is used of this machine by naming a path: itself, or where the segments of a playlist lie."""
    try:
        # A pipe would be waited for.
        head = _head_of(path) if path.is_file() else b""
    except OSError:
        return path  # opening it for its purpose says what is the matter
    return path if playlist_kind(head) is None else path.parent


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _host_of(url: str) -> str:
    # A secret in front of the host may hold slashes, which only the destination's own parser gets right.
    plain = Destination.model_validate(url).url if carries_keys(url) else url
    return plain.partition("://")[2].partition("/")[0].rpartition("@")[2]
