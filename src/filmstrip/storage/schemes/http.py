"""`http://` and `https://`: what web servers hand out; nothing is put there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.http.remote_source import check_remote, copy_remote, open_remote
from filmstrip.storage.http.source import HttpSource
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.lender import Lender
from filmstrip.storage.schemes.server import Server
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceReference

_PORTS = {"http": 80, "https": 443}


def server_of(url: str, _settings: StorageSettings) -> Server:
    """Return the web server."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise FilmstripError("The source is not a URL that can be fetched: its host or port makes no sense") from None
    name = parts.scheme.lower()
    return Server(host, port or _PORTS[name], name == "https", "the URL begins with http://")


def refer_to_source(url: str, _settings: StorageSettings, _lender: Lender, _region: str | None) -> SourceReference:
    """Refer to a source by its own URL."""
    return SourceReference(url)


def check_source(reference: SourceReference, settings: StorageSettings) -> SourceFacts:
    """Ask its server for its first bytes."""
    return check_remote(reference, settings, HttpSource)


def open_source(reference: SourceReference, settings: StorageSettings) -> SourceRanges:
    """Open it for byte ranges, which are to be closed."""
    return open_remote(reference, settings, HttpSource)


def copy_source(
    reference: SourceReference, settings: StorageSettings, path: Path, on_progress: ProgressListener
) -> None:
    """Copy it whole."""
    copy_remote(reference, settings, path, on_progress, HttpSource)
