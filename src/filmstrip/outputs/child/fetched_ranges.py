"""The bytes of a remote source, as a media process has them: from another process, which alone may use the network."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from itertools import count

from filmstrip.domain.errors import FilmstripError
from filmstrip.outputs.child.range_protocol import (
    MOST_BYTES,
    MOST_QUESTIONS,
    Answer,
    EndedError,
    Question,
    fetching_ended,
    is_sign_of_arrival,
    read_answer,
    unpack_size,
    write_question,
)


class FetchedRanges:
    """Byte ranges that a fetching process reads; may be used by several threads at once."""

    def __init__(self, descriptor: int, on_arrival: Callable[[], None] = lambda: None) -> None:
        """Wait until the source is open.

        Args:
            descriptor: The end of a socket.
            on_arrival: Told now and then that bytes arrive, also while the caller waits for them; from another
                thread.

        Raises:
            FilmstripError: The source cannot be opened.
        """
        self._descriptor = descriptor
        self._on_arrival = on_arrival
        self._writing = threading.Lock()
        self._waiting_lock = threading.Lock()
        self._waiting: dict[int, Future[Answer]] = {}
        self._numbers = count(1)
        self._room = threading.BoundedSemaphore(MOST_QUESTIONS)
        self._is_over = False
        try:
            first = read_answer(descriptor)
        except EndedError:
            raise fetching_ended() from None
        self._size_bytes = unpack_size(first)
        self._bytes_read = first.bytes_read
        threading.Thread(target=self._listen, name="fetched", daemon=True).start()

    @property
    def size_bytes(self) -> int:
        """Length of the whole."""
        return self._size_bytes

    @property
    def bytes_read(self) -> int:
        """How many bytes were transferred so far, with what was fetched twice counted twice."""
        return self._bytes_read

    def read_range(self, start: int, end: int) -> bytes:
        """Read the half-open byte range; shorter only where it reaches over the end.

        Raises:
            SourceError: The bytes cannot be read; `SourceChangedError` if they are no longer those of the start.
            MediaProcessError: The fetching process is gone.
        """
        end = min(end, self._size_bytes)
        pieces = [self._ask(at, min(end, at + MOST_BYTES)) for at in range(start, end, MOST_BYTES)]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        """Ask for nothing more. The descriptor stays until this process ends, as a thread may be reading of it."""
        self._end()

    def _ask(self, start: int, end: int) -> bytes:
        with self._room:
            number, waiting = next(self._numbers), Future[Answer]()
            with self._waiting_lock:
                if self._is_over:
                    raise fetching_ended()
                self._waiting[number] = waiting
            try:
                with self._writing:
                    write_question(self._descriptor, Question(number, start, end))
            except EndedError:
                raise fetching_ended() from None
            answer = waiting.result()
        if isinstance(answer.content, FilmstripError):
            raise answer.content
        return bytes(answer.content)

    def _listen(self) -> None:
        try:
            with suppress(EndedError, OSError):
                while True:
                    answer = read_answer(self._descriptor)
                    self._bytes_read = max(self._bytes_read, answer.bytes_read)
                    if is_sign_of_arrival(answer):
                        self._on_arrival()
                        continue
                    with self._waiting_lock:
                        waiting = self._waiting.pop(answer.number, None)
                    if waiting is not None:
                        waiting.set_result(answer)
        finally:
            # However it ended: no thread may wait for an answer that none will give.
            self._end()

    def _end(self) -> None:
        with self._waiting_lock:
            self._is_over = True
            abandoned = list(self._waiting.values())
            self._waiting.clear()
        for waiting in abandoned:
            waiting.set_exception(fetching_ended())
