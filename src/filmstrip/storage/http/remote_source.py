"""A source on a server, read by ranges or whole, whatever protocol it is asked by; `storage.sources` is the door."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from filmstrip.domain.errors import RangesNotSupportedError
from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.http.answer import Answer
from filmstrip.storage.http.remote_answer import OpensRemote, RemoteSource
from filmstrip.storage.http.source_copy import copy_ranges, copy_stream, refuse_large
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.playlist_kind import HEAD_BYTES, playlist_kind
from filmstrip.storage.retries import retried
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceReference, SourceVersion


def check_remote(reference: SourceReference, settings: StorageSettings, connect: OpensRemote) -> SourceFacts:
    """Ask for the first bytes of a source, as `sources.check_source`."""
    settings = settings.allowing(reference.host)
    with closing(connect(reference.url, settings)) as remote:
        return retried(lambda: _ask(remote, reference.version), settings)


def _ask(remote: RemoteSource, expected: SourceVersion | None) -> SourceFacts:
    with remote.get(0, HEAD_BYTES, expected) as answer:
        refuse_large(answer.version.size_bytes or 0, remote.label, remote.settings)
        # Playlists name addresses of web servers, and are followed from those.
        is_playlist = isinstance(answer, Answer) and playlist_kind(answer.head(HEAD_BYTES)) is not None
        supports_ranges = answer.is_partial and answer.version.size_bytes is not None and not is_playlist
        return SourceFacts(answer.version, supports_ranges, is_playlist=is_playlist)


def open_remote(reference: SourceReference, settings: StorageSettings, connect: OpensRemote) -> SourceRanges:
    """Open a source for random access, as `sources.open_source`."""
    settings = settings.allowing(reference.host)
    remote = connect(reference.url, settings)
    try:
        return SourceRanges(remote, settings, reference.version)
    except BaseException:
        remote.close()
        raise


def copy_remote(
    reference: SourceReference,
    settings: StorageSettings,
    path: Path,
    on_progress: ProgressListener,
    connect: OpensRemote,
) -> None:
    """Copy a whole source to `path`, as `sources.copy_source`."""
    settings = settings.allowing(reference.host)
    with closing(connect(reference.url, settings)) as remote:
        try:
            ranges = SourceRanges(remote, settings, reference.version)
        except RangesNotSupportedError:
            copy_stream(remote, path, on_progress, settings, reference.version)
        else:
            copy_ranges(ranges, path, on_progress, settings)
