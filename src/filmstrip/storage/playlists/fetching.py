"""Fetches what a plan names into one file: some segments at a time, in their order, within the limits of a source."""

from __future__ import annotations

import shutil
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from filmstrip.domain.errors import SourceForbiddenError, SourceNotFoundError, SourceUnreadableError
from filmstrip.domain.id3_tag import HEADER_BYTES, id3_tag_bytes
from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.http.source_copy import CopyProgress
from filmstrip.storage.playlists.decryption import KEY_BYTES, Keys
from filmstrip.storage.playlists.plan import Plan, Run
from filmstrip.storage.playlists.reading import Reader
from filmstrip.storage.playlists.segment import SegmentCopy
from filmstrip.storage.whole_file import written_whole

_SECONDS_BETWEEN_REPORTS = 1.0


class _StoppedError(Exception):
    """Another segment failed: this one is not needed."""


class Fetching:
    """Fetches the runs of a plan, and counts what arrives."""

    def __init__(self, plan: Plan, reader: Reader, on_progress: ProgressListener) -> None:
        """Begin with nothing.

        Args:
            plan: What is fetched.
            reader: Asks for it.
            on_progress: Told the finished fraction; an exception of it ends the copy.
        """
        self._reader = reader
        self._keys = Keys(lambda url: reader.read_text(url, 4 * KEY_BYTES).data)
        self._on_progress = on_progress
        self._progress = CopyProgress(plan.label, None, lambda _fraction: None, reader.settings)
        self._lock = threading.Lock()
        self._received_bytes = 0
        self._run_count = max(1, sum(len(each.pictures) + len(each.sound) for each in plan.sections))
        self._finished_runs = 0
        self._is_stopped = False

    def write(self, runs: Sequence[Run], path: Path) -> None:
        """Write runs into a file, one behind the other: whole or not at all.

        Raises:
            SourceError: One of them cannot be read whole.
            LimitExceededError: They arrive too slowly, or are too much.
            DiskFullError: The disk is full.
        """
        with written_whole(path) as file:
            if len(runs) == 1:
                # It may be a whole film: no second copy of it is made.
                self._write_one(runs[0], file)
            else:
                self._write_several(runs, file, path.parent)
            if file.tell() == 0:
                raise SourceUnreadableError("The segments of the playlist are empty")

    def _write_one(self, run: Run, file: BinaryIO) -> None:
        with self._pool() as pool:
            self._await(pool.submit(self._copy(run).write_to, file))

    def _write_several(self, runs: Sequence[Run], file: BinaryIO, folder: Path) -> None:
        with TemporaryDirectory(prefix="segments-", dir=folder) as segments, self._pool() as pool:
            waiting: deque[tuple[Path, Future[None]]] = deque()
            for number, run in enumerate(runs):
                part = Path(segments) / str(number)
                waiting.append((part, pool.submit(self._fetch, run, part)))
                # Some ahead of the one that is due, so that no connection is idle.
                if len(waiting) > 2 * self._reader.settings.connections:
                    self._append(*waiting.popleft(), file)
            while waiting:
                self._append(*waiting.popleft(), file)

    @contextmanager
    def _pool(self) -> Iterator[ThreadPoolExecutor]:
        pool = ThreadPoolExecutor(self._reader.settings.connections, "segments")
        try:
            yield pool
        except BaseException:
            self._is_stopped = True
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _fetch(self, run: Run, part: Path) -> None:
        with part.open("wb") as file:
            try:
                self._copy(run).write_to(file)
            except (SourceNotFoundError, SourceForbiddenError):
                # Buckets answer with either one where there is nothing.
                if not run.may_be_missing:
                    raise

    def _copy(self, run: Run) -> SegmentCopy:
        return SegmentCopy(run, self._reader, self._keys, self._count)

    def _append(self, part: Path, fetched: Future[None], file: BinaryIO) -> None:
        self._await(fetched)
        with part.open("rb") as content:
            # Only the first tag tells a time that counts; decoders would take the others for sound.
            content.seek(id3_tag_bytes(content.read(HEADER_BYTES)) if file.tell() else 0)
            shutil.copyfileobj(content, file)
        part.unlink()

    def _await(self, fetched: Future[None]) -> None:
        """Wait for a segment, letting the listener object meanwhile."""
        while not wait([fetched], _SECONDS_BETWEEN_REPORTS).done:
            self._tell()
        fetched.result()
        self._finished_runs += 1
        self._tell()

    def _tell(self) -> None:
        self._progress.tell(self._received_bytes)
        self._on_progress(self._finished_runs / self._run_count)

    def _count(self, size_bytes: int) -> None:
        with self._lock:
            self._received_bytes += size_bytes
        if self._is_stopped:
            raise _StoppedError
        self._progress.demand(self._received_bytes)
