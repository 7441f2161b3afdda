"""How a task gets at sources that are stitched: one after the other, all in one file of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from filmstrip.domain.errors import LimitExceededError, SourceChangedError
from filmstrip.domain.progress import ProgressListener
from filmstrip.isolation.removal import remove_tree
from filmstrip.jobs.making.named_source import naming_one
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs.child.messages import ReadableSource
from filmstrip.params.query import NamedSource
from filmstrip.storage.joined_file import JoinedFile
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceVersion

FetchOne = Callable[[str, Path], Awaitable[tuple[ReadableSource, SourceVersion]]]
"""Makes the source of a URL a whole file of this machine, its copy at a path if it needs one."""


async def fetch_stitched(
    sources: Sequence[NamedSource],
    joined: JoinedFile,
    fetch_one: FetchOne,
    storage: StorageSettings,
    *,
    expected: SourceVersion | None = None,
    on_progress: ProgressListener,
) -> tuple[LocalFile, SourceVersion]:
    """Fetch several sources into one file; what an attempt before this one fetched whole is not fetched again.

    Args:
        sources: The sources, each once.
        joined: Their file.
        fetch_one: Fetches one of them.
        storage: How large they may be, also all together.
        expected: The state in which they have to be, None for any.
        on_progress: Told the finished fraction of each copy into the file; what it raises ends that.

    Raises:
        FilmstripError: One of them cannot be fetched; it names which one, and its host.
        LimitExceededError: They are too large together.
        SourceChangedError: They are in another state.
    """
    if not await asyncio.to_thread(joined.path.exists):
        await _join(sources, joined, fetch_one, storage, on_progress)
    version = await asyncio.to_thread(joined.version)
    if expected is not None and not version.is_same(expected):
        raise SourceChangedError("One of the stitched sources changed while they were read")
    return LocalFile(joined.path), version


async def _join(
    sources: Sequence[NamedSource],
    joined: JoinedFile,
    fetch_one: FetchOne,
    storage: StorageSettings,
    on_progress: ProgressListener,
) -> None:
    folder = joined.path.with_name(f"{joined.path.name}.next")
    # What an attempt left that was cut off is not known to be whole, or which one it is.
    await asyncio.to_thread(remove_tree, folder)
    begun = len(await asyncio.to_thread(joined.parts))
    for number, source in enumerate(sources[begun:], begun):
        with naming_one(source):
            await asyncio.to_thread(folder.mkdir, mode=0o700, exist_ok=True)
            file, version = await fetch_one(source.url, folder / "source")
            if not isinstance(file, LocalFile):
                raise TypeError("A source that is stitched is a file of this machine")
            await asyncio.to_thread(_demand_size, joined, file.path, storage)
            await _append(joined, number, file.path, version, on_progress)
            await asyncio.to_thread(remove_tree, folder)
    await asyncio.to_thread(joined.finish)


async def _append(
    joined: JoinedFile, number: int, path: Path, version: SourceVersion, on_progress: ProgressListener
) -> None:
    stopping = threading.Event()

    def report(fraction: float) -> None:
        if stopping.is_set():
            raise _StoppedError
        on_progress(fraction)

    try:
        await asyncio.to_thread(joined.append, number, path, version, report)
    finally:
        # A thread cannot be cancelled: the copy ends at its next sign of progress.
        stopping.set()


class _StoppedError(Exception):
    """Nobody waits for the copy any more."""


def _demand_size(joined: JoinedFile, path: Path, storage: StorageSettings) -> None:
    if joined.size_bytes + path.stat().st_size > storage.max_source_gb * 1e9:
        raise LimitExceededError(
            f"With this one, the stitched sources are too large together (limit {storage.max_source_gb:g} GB)"
        )
