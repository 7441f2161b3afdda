"""Opens what the client gave us to read: the door to sources."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from filmstrip.domain.errors import SourceForbiddenError
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.schemes import carries_keys
from filmstrip.storage.lender import NOBODY, Lender
from filmstrip.storage.playlist_source import PlaylistCopy, PlaylistSource, is_of_playlist
from filmstrip.storage.schemes.registry import references_of, sources_of
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceReference, SourceVersion

if TYPE_CHECKING:
    from filmstrip.storage.http.source_ranges import SourceRanges  # loaded with what speaks to servers

AnySource = str | SourceReference
"""The URL of a client, or what `refer_to_source` made of it."""


def check_source(source: AnySource, settings: StorageSettings) -> SourceFacts:
    """Ask for the first bytes of a source, which shows whether it is there, how large, and how it can be read.

    Raises:
        SourceError: It cannot be read.
        HostNotAllowedError: The operator does not allow its host or folder.
    """
    reference = refer_to_source(source, settings)
    return sources_of(reference).check_source(reference, settings)


def find_source(
    url: str, settings: StorageSettings, version: SourceVersion | None = None, lender: Lender = NOBODY
) -> tuple[SourceReference, SourceFacts]:
    """Refer to a client's source in its present state, and ask for the first bytes of it.

    A server that names another region is asked once more, signed for that.

    Args:
        url: The client's URL.
        settings: What the operator allows.
        version: The state in which it has to be, None for any.
        lender: Whose credentials sign if the URL has none.

    Raises:
        SourceError: It cannot be read.
        HostNotAllowedError: The operator does not allow its host or folder.
        CredentialsError: What is lent cannot be read.
    """
    # A playlist is compared by what it names, once that is known.
    version = None if is_of_playlist(version) else version
    reference = refer_to_source(url, settings, version, lender)
    try:
        facts = check_source(reference, settings)
    except SourceForbiddenError as error:
        if error.region is None or not carries_keys(url):
            raise
        reference = refer_to_source(url, settings, version, lender, error.region)
        facts = replace(check_source(reference, settings), region=error.region)
    return replace(reference, version=facts.version), facts


def refer_to_source(
    source: AnySource,
    settings: StorageSettings,
    version: SourceVersion | None = None,
    lender: Lender = NOBODY,
    region: str | None = None,
) -> SourceReference:
    """Make the reference by which another process opens the source without its credentials.

    Args:
        source: The client's URL; the key and the secret of an `s3://` URL become a signature for this one object that
            is good for some hours.
        settings: For the hosts that are spoken to by http.
        version: The state in which it is expected to be.
        lender: Whose credentials sign if the URL has none.
        region: Region that the server named, which wins over any other.
    """
    if isinstance(source, SourceReference):
        return source
    return replace(references_of(source).refer_to_source(source, settings, lender, region), version=version)


def open_source(source: AnySource, settings: StorageSettings) -> Path | SourceRanges:
    """Open a source for random access: the path of a local file, else byte ranges that are to be closed.

    Raises:
        RangesNotSupportedError: It can only be copied (`copy_source`).
        SourceError: It cannot be read, or is not in the state that the reference names.
        HostNotAllowedError: The operator does not allow its host or folder.
    """
    reference = refer_to_source(source, settings)
    return sources_of(reference).open_source(reference, settings)


def copy_source(source: AnySource, settings: StorageSettings, path: Path, on_progress: ProgressListener) -> None:
    """Copy a whole source to `path`: whole or not at all.

    Raises:
        SourceError: It cannot be fetched whole, also not when asked again.
        DiskFullError: The disk has not enough space; that is known before anything is copied if the size is.
        HostNotAllowedError: The operator does not allow its host or folder.
    """
    reference = refer_to_source(source, settings)
    sources_of(reference).copy_source(reference, settings, path, on_progress)


def copy_playlist(
    source: PlaylistSource,
    settings: StorageSettings,
    path: Path,
    on_progress: ProgressListener,
    expected: SourceVersion | None = None,
) -> PlaylistCopy:
    """Copy what a playlist of HLS or DASH names into one file at `path`: whole or not at all.

    Where sound is for itself, there is a file for it and one for the pictures beside `path` instead.

    Args:
        source: The playlist.
        settings: What the operator allows; it counts for each address in the list.
        path: Where the file goes.
        on_progress: Told the finished fraction.
        expected: The state in which the playlist has to be, None for any.

    Returns:
        Its state, by what it names, and what is still to be joined.

    Raises:
        SourceError: It, or something that it names, cannot be read, or it is in another state.
        LimitExceededError: It is too long, too large or too slow.
        HostNotAllowedError: It names a host or a folder that the operator does not allow.
        DiskFullError: There is no room for the file.
    """
    from filmstrip.storage.playlists.copying import copy_listed  # noqa: PLC0415 - loaded where there is a playlist

    return copy_listed(source, settings, path, on_progress, expected)
