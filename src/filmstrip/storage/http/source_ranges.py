"""Random access to the bytes of a source on a server, each answer checked to be of the same state."""

from __future__ import annotations

import threading

from urllib3.exceptions import HTTPError

from filmstrip.domain.errors import RangesNotSupportedError, SourceForbiddenError, SourceUnreachableError
from filmstrip.storage.http.answer import refuse_web_page
from filmstrip.storage.http.remote_answer import RemoteSource
from filmstrip.storage.http.source_pace import SourcePace
from filmstrip.storage.retries import retried
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceVersion

_HEAD_BYTES = 1 << 16


class SourceRanges:
    """The bytes of a source; may be read by several threads at once, each read over its own pooled connection."""

    def __init__(self, source: RemoteSource, settings: StorageSettings, expected: SourceVersion | None = None) -> None:
        """Ask for the first bytes, which every reader needs: their answer tells the size and the state.

        Raises:
            RangesNotSupportedError: The server hands the source out only as a whole, or does not tell its size.
            SourceError: The source cannot be read, or is not in the expected state.
        """
        self._source = source
        self._settings = settings
        self._lock = threading.Lock()
        self._bytes_read = 0
        self._is_stopped = False
        self._pace = SourcePace(source.label, settings)
        self._version, self._head = retried(lambda: self._open(expected), settings)

    @property
    def size_bytes(self) -> int:
        """Length of the whole."""
        return self._version.size_bytes or 0

    @property
    def label(self) -> str:
        """The source, as it is shown."""
        return self._source.label

    @property
    def bytes_read(self) -> int:
        """How many bytes were transferred so far, with what was fetched twice counted twice."""
        return self._bytes_read

    @property
    def version(self) -> SourceVersion:
        """The state that every answer is compared with."""
        return self._version

    def read_range(self, start: int, end: int) -> bytes:
        """Read the half-open byte range; shorter only if it reaches over the end.

        Raises:
            SourceError: The bytes cannot be read; `SourceChangedError` if they are no longer those of the start.
            LimitExceededError: They come too slowly, on average over all reads.
        """
        end = min(end, self.size_bytes)
        if start >= end:
            return b""
        got = bytearray(self._head[start:end])
        while len(got) < end - start:
            retried(lambda: self._read_on(got, start, end), self._settings, progress=lambda: len(got))
        return bytes(got)

    def stop(self) -> None:
        """Let reads that are under way end with an error at their next piece: the bytes are no longer needed."""
        self._is_stopped = True

    def close(self) -> None:
        """Close the connections."""
        self._source.close()

    def _open(self, expected: SourceVersion | None) -> tuple[SourceVersion, bytes]:
        with self._pace.request(), self._source.get(0, _HEAD_BYTES, expected) as answer:
            size_bytes = answer.version.size_bytes
            if size_bytes is None or (size_bytes > _HEAD_BYTES and not answer.is_partial):
                raise RangesNotSupportedError(f'The server of "{self._source.label}" does not answer range requests')
            head = bytearray()
            try:
                for piece in answer.pieces():
                    self._count(len(piece))
                    head += piece[: _HEAD_BYTES - len(head)]
                    if len(head) == _HEAD_BYTES:
                        break
            except (HTTPError, SourceUnreachableError):
                if not head:
                    raise
                # What is missing of it is asked for when it is read.
            refuse_web_page(bytes(head), self._source.label)
            return answer.version, bytes(head)

    def _read_on(self, got: bytearray, start: int, end: int) -> None:
        """Append what is still missing; what arrived before a failure is not asked for again.

        A server may answer with the first part of a range alone (RFC 9110, 15.3.7): then it is asked for the rest.
        """
        missing = end - start - len(got)
        with self._pace.request(), self._source.get(start + len(got), end, self._version) as answer:
            if not answer.is_partial:
                raise SourceUnreachableError(f'The server of "{self._source.label}" ignored a range request')
            promised = min(missing, answer.length_bytes or missing)
            for piece in answer.pieces():
                if self._is_stopped:
                    raise SourceForbiddenError(f'Reading "{self._source.label}" was stopped')
                self._count(len(piece))
                got += piece[: end - start - len(got)]
                if len(got) == end - start:
                    return
        if len(got) < end - start - missing + promised or promised <= 0:
            raise SourceUnreachableError(f'The server of "{self._source.label}" ended its answer early')

    def _count(self, size_bytes: int) -> None:
        with self._lock:
            self._bytes_read += size_bytes
        self._pace.demand(self._bytes_read)
