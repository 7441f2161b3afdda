"""`ftp://HOST[:PORT]/PATH` and `ftps://`: files on FTP servers."""

from __future__ import annotations

from pathlib import Path

from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.progress import ProgressListener
from filmstrip.params.destination import Destination
from filmstrip.storage.ftp.address import FtpAddress
from filmstrip.storage.ftp.source import FtpSource
from filmstrip.storage.ftp.store import FtpStore
from filmstrip.storage.http.remote_source import check_remote, copy_remote, open_remote
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.lender import Lender
from filmstrip.storage.schemes.server import Server
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceReference


def server_of(url: str, _settings: StorageSettings) -> Server:
    """Return the FTP server."""
    place = FtpAddress.parse_source(url, FilmstripError).place
    return Server(place.host, place.port, is_https=False, http_advice="")


def open_store(
    destination: Destination,
    settings: StorageSettings,
    *,
    is_folder: bool,
    lender: Lender,  # noqa: ARG001 - of the protocol: nothing is lent here
) -> FtpStore:
    """Open a folder, or one file."""
    return FtpStore(destination, settings, is_folder=is_folder)


def refer_to_source(url: str, _settings: StorageSettings, _lender: Lender, _region: str | None) -> SourceReference:
    """Refer to a source by its own URL; only the process that fetches it is told it."""
    return SourceReference(url)


def check_source(reference: SourceReference, settings: StorageSettings) -> SourceFacts:
    """Ask its server how large it is."""
    return check_remote(reference, settings, FtpSource)


def open_source(reference: SourceReference, settings: StorageSettings) -> SourceRanges:
    """Open it for byte ranges, which are to be closed."""
    return open_remote(reference, settings, FtpSource)


def copy_source(
    reference: SourceReference, settings: StorageSettings, path: Path, on_progress: ProgressListener
) -> None:
    """Copy it whole."""
    copy_remote(reference, settings, path, on_progress, FtpSource)
