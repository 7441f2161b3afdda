"""`file:///PATH` (RFC 8089): folders and files of this machine that the operator allows."""

from __future__ import annotations

import os
from pathlib import Path

from filmstrip.domain.errors import (
    DestinationRefusedError,
    FilmstripError,
    SourceForbiddenError,
    SourceNotFoundError,
    SourceUnreadableError,
)
from filmstrip.domain.progress import ProgressListener
from filmstrip.params.destination import Destination
from filmstrip.storage.file_errors import other_kind, reason_of
from filmstrip.storage.lender import Lender
from filmstrip.storage.local import LocalStore, allowed_path
from filmstrip.storage.playlist_kind import HEAD_BYTES, playlist_kind
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceReference, SourceVersion
from filmstrip.storage.whole_file import write_whole


def open_store(
    destination: Destination,
    settings: StorageSettings,
    *,
    is_folder: bool,
    lender: Lender,  # noqa: ARG001 - of the protocol: nothing is signed here
) -> LocalStore:
    """Open a folder, or one file."""
    if destination.url.endswith("/") and not is_folder:
        raise DestinationRefusedError(f'"{destination.url}" names a folder, and this output is one file')
    return LocalStore(allowed_path(destination.url, settings.local_roots), is_folder=is_folder)


def refer_to_source(url: str, _settings: StorageSettings, _lender: Lender, _region: str | None) -> SourceReference:
    """Refer to a source by its own URL."""
    return SourceReference(url)


def check_source(reference: SourceReference, settings: StorageSettings) -> SourceFacts:
    """Look whether the file can be read, and how large it is."""
    path = open_source(reference, settings)
    try:
        with path.open("rb") as file:
            is_playlist = playlist_kind(file.read(HEAD_BYTES)) is not None
            version = SourceVersion(os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise _unreadable(path, error) from None
    return SourceFacts(version, supports_ranges=True, is_playlist=is_playlist)


def open_source(reference: SourceReference, settings: StorageSettings) -> Path:
    """Return its path, once it is known that it can be read."""
    path = allowed_path(reference.url, settings.local_roots)
    try:
        kind = other_kind(path)
        if kind is not None:
            raise SourceUnreadableError(f'"{path}" is {kind}; a source is a file, as it is read in more than one place')
        with path.open("rb"):
            return path
    except OSError as error:
        raise _unreadable(path, error) from None


def copy_source(
    reference: SourceReference, settings: StorageSettings, path: Path, on_progress: ProgressListener
) -> None:
    """Copy it whole."""
    write_whole(path, open_source(reference, settings))
    on_progress(1.0)


def _unreadable(path: Path, error: OSError) -> FilmstripError:
    """Return our own error for one of the file system; a disk may fail only when it is read."""
    if isinstance(error, FileNotFoundError):
        return SourceNotFoundError(f'There is no file "{path}"')
    return SourceForbiddenError(f'"{path}" cannot be read: {reason_of(error)}')
