"""How does a whole source come onto our disk? In parallel ranges where its server has them, else in one stream."""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from filmstrip.domain.errors import DiskFullError, SourceUnreachableError
from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.http_source import HttpSource
from filmstrip.storage.retries import retried
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_ranges import SourceRanges
from filmstrip.storage.source_reference import SourceVersion
from filmstrip.storage.whole_file import written_whole

_PART_BYTES = 8 << 20
_SECONDS_BETWEEN_REPORTS = 1.0


class _Progress:
    """Passes on how much arrived, about once a second, and nothing where the whole is not known."""

    def __init__(self, size_bytes: int | None, listener: ProgressListener) -> None:
        self._size_bytes = size_bytes
        self._listener = listener
        self._reported_at = time.monotonic()

    def tell(self, done_bytes: int) -> None:
        now = time.monotonic()
        if self._size_bytes and now - self._reported_at >= _SECONDS_BETWEEN_REPORTS:
            self._reported_at = now
            self._listener(min(1.0, done_bytes / self._size_bytes))


def copy_ranges(ranges: SourceRanges, path: Path, on_progress: ProgressListener, connections: int) -> None:
    """Copy by several range requests at a time.

    Raises:
        DiskFullError: The disk has not enough space.
        SourceError: The source cannot be had whole.
    """
    progress = _Progress(ranges.size_bytes, on_progress)
    with written_whole(path) as file, ThreadPoolExecutor(connections, "source-copy") as pool:
        _ensure_space(path, ranges.size_bytes)
        starts = range(0, ranges.size_bytes, _PART_BYTES)
        parts = [pool.submit(_copy_part, ranges, file.fileno(), start) for start in starts]
        try:
            for start, part in zip(starts, parts, strict=True):
                part.result()
                progress.tell(start + _PART_BYTES)
        finally:
            pool.shutdown(cancel_futures=True)
    on_progress(1.0)


def _copy_part(ranges: SourceRanges, descriptor: int, start: int) -> None:
    part = memoryview(ranges.read_range(start, start + _PART_BYTES))
    while part:
        written = os.pwrite(descriptor, part, start)
        part, start = part[written:], start + written


def copy_stream(
    source: HttpSource,
    path: Path,
    on_progress: ProgressListener,
    settings: StorageSettings,
    expected: SourceVersion | None = None,
) -> None:
    """Copy by one request from the beginning, as often as it takes.

    Raises:
        DiskFullError: The disk has not enough space.
        SourceError: The source cannot be had whole.
    """
    retried(lambda: _copy_once(source, path, on_progress, expected), settings)
    on_progress(1.0)


def _copy_once(source: HttpSource, path: Path, on_progress: ProgressListener, expected: SourceVersion | None) -> None:
    with source.get(expected=expected) as answer, written_whole(path) as file:
        size_bytes, done_bytes = answer.version.size_bytes, 0
        _ensure_space(path, size_bytes or 0)
        progress = _Progress(size_bytes, on_progress)
        for piece in answer.pieces():
            done_bytes += file.write(piece)
            progress.tell(done_bytes)
        if size_bytes is not None and done_bytes != size_bytes:
            raise SourceUnreachableError(f'The server of "{source.label}" ended its answer early')


def _ensure_space(path: Path, size_bytes: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    free_bytes = shutil.disk_usage(path.parent).free
    if size_bytes > free_bytes:
        raise DiskFullError(
            f"The source has {size_bytes / 1e6:.1f} MB and the disk of the service only {free_bytes / 1e6:.1f} MB free"
        )
