"""How a task gets at its source: by a copy of its own if it needs every byte, else from afar."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.schemes import is_local
from filmstrip.isolation.removal import remove_tree
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs.child.messages import ReadableSource
from filmstrip.storage.lender import NOBODY, Lender
from filmstrip.storage.playlist_source import FetchedTracks, PlaylistCopy, PlaylistSource
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceVersion
from filmstrip.storage.sources import copy_playlist, copy_source, find_source, open_source, refer_to_source
from filmstrip.storage.whole_file import put_together


def ignore(*_facts: object) -> None:
    """Listen to nothing."""


@dataclass(frozen=True)
class FetchListener:
    """Who wants to know how a fetch goes on; told from another thread.

    Attributes:
        on_answer: Told what the source's server said, before anything is copied; it may block.
        on_progress: Told the finished fraction of a copy, 0.0 where the whole is not known.
    """

    on_answer: Callable[[SourceFacts], None] = ignore
    on_progress: ProgressListener = ignore


_NOBODY = FetchListener()
Joiner = Callable[[Path, Path, Path], Awaitable[Path]]
"""Joins a file of pictures and one of sound into one in a folder, and returns its path."""


async def refuse_joining(_pictures: Path, _sound: Path, _folder: Path) -> Path:
    """Refuse to join.

    Raises:
        SourceUnreadableError: Always.
    """
    raise SourceUnreadableError("The source has its sound in a file of its own, which is not joined here")


async def fetch_source(  # noqa: PLR0913 - all but three by name
    url: str,
    settings: StorageSettings,
    path: Path,
    *,
    whole: bool,
    expected: SourceVersion | None = None,
    listener: FetchListener = _NOBODY,
    lender: Lender = NOBODY,
    known: SourceFacts | None = None,
    short_side: int | None = None,
    join: Joiner = refuse_joining,
) -> tuple[ReadableSource, SourceVersion]:
    """Make a source readable; a copy that is at `path` already is used.

    Args:
        url: The client's URL.
        settings: What the operator allows.
        path: Where a copy goes, if one is needed.
        whole: Whether every byte is needed. A source that cannot be read in parts is copied too.
        expected: The state in which it has to be, None for any.
        listener: Told how it goes on.
        lender: Whose credentials sign where the URL has none.
        known: What its server said before. Then it is not asked whether a source that is read in parts is still there,
            as each of its answers is compared with the expected state.
        short_side: Of a playlist that has several pictures, how many pixels of the smaller side are enough; None for
            the best.
        join: Joins pictures and sound of a playlist that are in files of their own.

    Returns:
        How a child process opens it, and in which state it is.

    Raises:
        SourceError: It cannot be read or copied.
        HostNotAllowedError: The operator does not allow its host or folder.
        DiskFullError: There is no room for a copy.
        CredentialsError: What is lent cannot be read.
    """
    stopping = threading.Event()

    def report(fraction: float) -> None:
        if stopping.is_set():
            raise _StoppedError
        listener.on_progress(fraction)

    stoppable = FetchListener(listener.on_answer, report)
    try:
        is_here = is_local(url) or await asyncio.to_thread(path.exists)
        if not (is_here or whole) and known is not None and known.supports_ranges and expected is not None:
            refer = partial(refer_to_source, url, settings, expected, lender, known.region)
            return await asyncio.to_thread(refer), expected
        source = PlaylistSource(url, lender, short_side=short_side)
        fetched = await asyncio.to_thread(_fetch, source, settings, path, whole, expected, stoppable)
        return fetched if isinstance(fetched, tuple) else await _joined(fetched, path, join)
    finally:
        # A thread cannot be cancelled: the copy ends at its next sign of progress.
        stopping.set()


class _StoppedError(Exception):
    """Nobody waits for the copy any more."""


def _fetch(
    source: PlaylistSource,
    settings: StorageSettings,
    path: Path,
    whole: bool,  # noqa: FBT001 - of this module alone
    expected: SourceVersion | None,
    listener: FetchListener,
) -> tuple[ReadableSource, SourceVersion] | PlaylistCopy:
    if path.exists():
        return LocalFile(path), expected or SourceVersion(path.stat().st_size)
    reference, facts = find_source(source.url, settings, expected, source.lender)
    listener.on_answer(facts)
    if facts.is_playlist:
        listed = replace(source, region=facts.region)
        return copy_playlist(listed, settings, path, listener.on_progress, expected)
    if is_local(reference.url) and isinstance(local := open_source(reference, settings), Path):
        return LocalFile(local), facts.version
    if not whole and facts.supports_ranges:
        return reference, facts.version
    copy_source(reference, settings, path, listener.on_progress)
    return LocalFile(path), facts.version


async def _joined(copy: PlaylistCopy, path: Path, join: Joiner) -> tuple[ReadableSource, SourceVersion]:
    """Make one file of the tracks of a playlist, if there are several; none of them is needed any more."""
    folder = path.with_name(f"{path.name}-joining")
    joined = []
    # What an attempt left that was killed is in the way of this one.
    await asyncio.to_thread(remove_tree, folder)
    try:
        for number, tracks in enumerate(copy.tracks):
            joined.append(await _joined_tracks(tracks, folder / str(number), join))
        return await asyncio.to_thread(_taken, copy, joined, path)
    finally:
        if copy.tracks:
            await asyncio.to_thread(remove_tree, folder)


async def _joined_tracks(tracks: FetchedTracks, folder: Path, join: Joiner) -> Path:
    if tracks.sound is None:
        return tracks.pictures
    await asyncio.to_thread(partial(folder.mkdir, parents=True))
    made = await join(tracks.pictures, tracks.sound, folder)
    await asyncio.to_thread(_remove, (tracks.pictures, tracks.sound))
    return made


def _taken(copy: PlaylistCopy, joined: Sequence[Path], path: Path) -> tuple[ReadableSource, SourceVersion]:
    if joined:
        put_together(joined, path)
    return LocalFile(path), copy.version(path.stat().st_size)


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink()
