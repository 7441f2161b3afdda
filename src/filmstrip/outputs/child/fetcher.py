"""The process that fetches a remote source for one media process: it has no decoder, and no event loop.

It is forked from a server of its own (`isolation.fork_server`), which has loaded `storage` and nothing that reads
media. The request says which source; the questions for its bytes come from the media process, which may have been taken
over: whatever is in them, it gets nothing but bytes of that source. It ends with the media process, and with the
service.
"""

from __future__ import annotations

import os
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore, Lock, Thread
from typing import NoReturn

from filmstrip.domain.errors import FilmstripError, MediaProcessError, SourceForbiddenError
from filmstrip.isolation.sandbox_child import confine, read_request, watch_parent
from filmstrip.outputs.child.fetch_request import FetchRequest, fetch_requests
from filmstrip.outputs.child.range_protocol import (
    MOST_QUESTIONS,
    Answer,
    EndedError,
    Question,
    pack_size,
    read_question,
    sign_of_arrival,
    write_answer,
)
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.schemes.registry import load_sources
from filmstrip.storage.sources import open_source

_SOCKET = 1  # standard output
_THREADS = 16
_SECONDS_BETWEEN_SIGNS = 1.0


def load() -> None:
    """Load what speaks to servers, once for all of them."""
    load_sources()
    fetch_requests()


def main() -> None:
    """Open the source, and answer questions for its bytes until no more are asked."""
    request = fetch_requests().validate_json(read_request())
    confine(request.media)
    watch_parent()
    try:
        _serve(request)
    except EndedError:
        pass
    except ValueError as error:
        # Whoever asks for nonsense is not answered at all.
        os.write(2, f"nonsense was asked for: {error}\n".encode())
    _end()


def _serve(request: FetchRequest) -> None:
    try:
        source = _open(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, the media process wants to know
        write_answer(_SOCKET, Answer(0, 0, _explain(error)))
        return
    write_answer(_SOCKET, Answer(0, source.bytes_read, pack_size(source.size_bytes)))
    counter = _Counter(source)
    Thread(target=counter.give_signs, name="signs", daemon=True).start()
    # Never waited for: in the end no reader wants the answers that it is still working on.
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="fetch")
    while True:
        question = read_question(_SOCKET)
        counter.enter()
        pool.submit(counter.answer, question)


def _open(request: FetchRequest) -> SourceRanges:
    source = open_source(request.source, request.storage)
    if isinstance(source, Path):
        raise SourceForbiddenError("A source on this machine is not fetched")
    return source


@dataclass(frozen=True)
class _Counter:
    """Answers questions, in several threads."""

    source: SourceRanges
    writing: Lock = field(default_factory=Lock)
    room: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_QUESTIONS))

    def enter(self) -> None:
        """Take a further question.

        Raises:
            ValueError: Too many are open.
        """
        if not self.room.acquire(blocking=False):
            raise ValueError(f"more than {MOST_QUESTIONS} ranges at a time")

    def answer(self, question: Question) -> None:
        """Read what is asked for and hand it over; without anybody who listens, this process is of no use."""
        try:
            content: bytes | FilmstripError = self.source.read_range(question.start, question.end)
        except Exception as error:  # noqa: BLE001 - whatever it is, the media process wants to know
            content = _explain(error)
        try:
            with self.writing:
                self.room.release()
                write_answer(_SOCKET, Answer(question.number, self.source.bytes_read, content))
        except EndedError:
            _end()

    def give_signs(self) -> None:
        """Report about once a second that bytes arrive, if some do: a slow source is not taken for a hang."""
        told = self.source.bytes_read
        try:
            while True:
                time.sleep(_SECONDS_BETWEEN_SIGNS)
                if self.source.bytes_read != told:
                    told = self.source.bytes_read
                    with self.writing:
                        write_answer(_SOCKET, sign_of_arrival(told))
        except EndedError:
            _end()


def _explain(error: Exception) -> FilmstripError:
    if isinstance(error, FilmstripError):
        return error
    traceback.print_exc()
    return MediaProcessError(f"The process that fetches the source failed ({type(error).__name__})")


def _end() -> NoReturn:
    # Threads may be in the middle of a request that takes long; no reader wants its answer.
    os._exit(0)
