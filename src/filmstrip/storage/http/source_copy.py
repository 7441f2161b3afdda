"""Copies a whole source to our disk: in parallel ranges if its server has them, else in one stream."""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path

from filmstrip.domain.errors import LimitExceededError, NoRoomError, SourceUnreachableError, SourceUnreadableError
from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.http.answer import refuse_web_page
from filmstrip.storage.http.remote_answer import RemoteSource
from filmstrip.storage.http.source_pace import refuse_slow
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.retries import retried
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceVersion
from filmstrip.storage.whole_file import written_whole

_PART_BYTES = 8 << 20
_SECONDS_BETWEEN_REPORTS = 1.0
_BYTES_BETWEEN_REPORTS = 16 << 20


class CopyProgress:
    """Passes on how much arrived, about once a second or each 16 MiB; 0.0 if the whole is not known."""

    def __init__(
        self, label: str, size_bytes: int | None, listener: ProgressListener, settings: StorageSettings
    ) -> None:
        """Begin with nothing.

        Args:
            label: The source, as it is shown.
            size_bytes: Its length, None if that is not known.
            listener: Who is told.
            settings: What is slow, and what is too large.
        """
        self._label = label
        self._size_bytes = size_bytes
        self._listener = listener
        self._settings = settings
        self._began_at = self._reported_at = time.monotonic()
        self._reported_bytes = 0

    def tell(self, done_bytes: int) -> None:
        """Count what arrived; the listener may object by an exception.

        Raises:
            LimitExceededError: It takes too long, or is too large.
        """
        self.demand(done_bytes)
        now = time.monotonic()
        is_time = now - self._reported_at >= _SECONDS_BETWEEN_REPORTS
        if is_time or done_bytes - self._reported_bytes >= _BYTES_BETWEEN_REPORTS:
            self._reported_at, self._reported_bytes = now, done_bytes
            self._listener(min(1.0, done_bytes / self._size_bytes) if self._size_bytes else 0.0)

    def demand(self, done_bytes: int) -> None:
        """See to it that what arrived is not too much, and came fast enough.

        Raises:
            LimitExceededError: It takes too long, or is too large.
        """
        refuse_large(done_bytes, self._label, self._settings)
        refuse_slow(self._label, time.monotonic() - self._began_at, done_bytes, self._settings)


def refuse_large(size_bytes: int, label: str, settings: StorageSettings) -> None:
    """Refuse a source that is larger than the operator allows.

    Raises:
        LimitExceededError: It is.
    """
    if size_bytes > settings.max_source_gb * 1e9:
        raise LimitExceededError(f'The source "{label}" is too large (limit {settings.max_source_gb:g} GB)')


def copy_ranges(ranges: SourceRanges, path: Path, on_progress: ProgressListener, settings: StorageSettings) -> None:
    """Copy by several range requests at a time.

    Raises:
        DiskFullError: The disk has not enough space, or becomes full.
        LimitExceededError: It takes too long, or is too large.
        SourceError: The source cannot be fetched whole.
    """
    progress = CopyProgress(ranges.label, ranges.size_bytes, on_progress, settings)
    with written_whole(path) as file, ThreadPoolExecutor(settings.connections, "source-copy") as pool:
        _ensure_space(path, ranges.size_bytes)
        starts = range(0, ranges.size_bytes, _PART_BYTES)
        parts = [pool.submit(_copy_part, ranges, file.fileno(), start) for start in starts]
        try:
            for part in parts:
                _await(part, progress, ranges)
                # Of all parts that are under way: each alone may be far behind.
                progress.tell(min(ranges.bytes_read, ranges.size_bytes))
        finally:
            ranges.stop()
            pool.shutdown(cancel_futures=True)
    on_progress(1.0)


def _await(part: Future[None], progress: CopyProgress, ranges: SourceRanges) -> None:
    """Wait for a part, letting the listener object meanwhile."""
    while True:
        try:
            return part.result(_SECONDS_BETWEEN_REPORTS)
        except FutureTimeoutError:
            progress.tell(min(ranges.bytes_read, ranges.size_bytes))


def _copy_part(ranges: SourceRanges, descriptor: int, start: int) -> None:
    part = memoryview(ranges.read_range(start, start + _PART_BYTES))
    while part:
        written = os.pwrite(descriptor, part, start)
        part, start = part[written:], start + written


def copy_stream(
    source: RemoteSource,
    path: Path,
    on_progress: ProgressListener,
    settings: StorageSettings,
    expected: SourceVersion | None = None,
) -> None:
    """Copy by one request from the beginning, as often as it takes.

    Raises:
        DiskFullError: The disk has not enough space, or becomes full.
        SourceError: The source cannot be fetched whole.
    """
    retried(lambda: _copy_once(source, path, on_progress, settings, expected), settings)
    on_progress(1.0)


def _copy_once(
    source: RemoteSource,
    path: Path,
    on_progress: ProgressListener,
    settings: StorageSettings,
    expected: SourceVersion | None,
) -> None:
    with source.get(expected=expected) as answer, written_whole(path) as file:
        size_bytes, done_bytes = answer.version.size_bytes, 0
        _ensure_space(path, size_bytes or 0)
        progress = CopyProgress(source.label, size_bytes, on_progress, settings)
        for piece in answer.pieces():
            if done_bytes == 0:
                refuse_web_page(piece, source.label)
            done_bytes += file.write(piece)
            progress.tell(done_bytes)
        if size_bytes is not None and done_bytes != size_bytes:
            raise SourceUnreachableError(f'The server of "{source.label}" ended its answer early')
        if done_bytes == 0:
            raise SourceUnreadableError(f'The source "{source.label}" is empty')


def _ensure_space(path: Path, size_bytes: int) -> None:
    usage = shutil.disk_usage(path.parent)
    if size_bytes > usage.total:
        raise LimitExceededError(
            f"The source has {size_bytes / 1e6:.1f} MB, and the disk that work is done on has "
            f"{usage.total / 1e6:.1f} MB in all"
        )
    free_bytes = usage.free
    if size_bytes > free_bytes:
        raise NoRoomError(
            f"The source has {size_bytes / 1e6:.1f} MB, and the disk that work is done on has only "
            f"{free_bytes / 1e6:.1f} MB free"
        )
