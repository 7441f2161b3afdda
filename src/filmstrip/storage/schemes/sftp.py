"""`sftp://HOST[:PORT]/PATH`: files on SSH servers."""

from __future__ import annotations

from pathlib import Path

from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.progress import ProgressListener
from filmstrip.params.destination import Destination
from filmstrip.storage._base import Store
from filmstrip.storage.host_place import place_of_source
from filmstrip.storage.http.remote_answer import RemoteSource
from filmstrip.storage.http.remote_source import check_remote, copy_remote, open_remote
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.lender import Lender
from filmstrip.storage.schemes.server import Server
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sftp.address import parse_sftp
from filmstrip.storage.source_reference import SourceFacts, SourceReference


def server_of(url: str, _settings: StorageSettings) -> Server:
    """Return the SFTP server."""
    place = parse_sftp(place_of_source(url, FilmstripError), FilmstripError, needs_login=False)
    return Server(place.host, place.port, is_https=False, http_advice="")


def open_store(
    destination: Destination,
    settings: StorageSettings,
    *,
    is_folder: bool,
    lender: Lender,  # noqa: ARG001 - of the protocol: nothing is lent here
) -> Store:
    """Open a folder, or one file."""
    from filmstrip.storage.sftp.store import SftpStore  # noqa: PLC0415 - as `_asked`

    return SftpStore(destination, settings, is_folder=is_folder)


def refer_to_source(url: str, _settings: StorageSettings, _lender: Lender, _region: str | None) -> SourceReference:
    """Refer to a source by its own URL; only the process that fetches it is told it."""
    return SourceReference(url)


def check_source(reference: SourceReference, settings: StorageSettings) -> SourceFacts:
    """Ask its server how large it is."""
    return check_remote(reference, settings, _asked)


def open_source(reference: SourceReference, settings: StorageSettings) -> SourceRanges:
    """Open it for byte ranges, which are to be closed."""
    return open_remote(reference, settings, _asked)


def copy_source(
    reference: SourceReference, settings: StorageSettings, path: Path, on_progress: ProgressListener
) -> None:
    """Copy it whole."""
    copy_remote(reference, settings, path, on_progress, _asked)


def _asked(url: str, settings: StorageSettings) -> RemoteSource:
    """Prepare to ask; what speaks SSH takes 0.3 s to load, which other sources need not wait for."""
    from filmstrip.storage.sftp.source import SftpSource  # noqa: PLC0415 - see above

    return SftpSource(url, settings)
