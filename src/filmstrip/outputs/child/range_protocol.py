"""What a media process and the process that fetches its source say to each other, over one stream socket.

The media process asks for byte ranges, many at a time, each under a number of its own. Answers come in any order. The
first message of all comes unasked: how large the source is, or why it cannot be opened. So do signs that bytes arrive.
"""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass

from filmstrip.domain.errors import FilmstripError, MediaProcessKilledError, error_named

DESCRIPTOR = 3
"""Where the media process has its end of the socket; the fetching process has the other one as standard output."""

MOST_BYTES = 64 << 20
"""The longest range of one question."""

_UNASKED = 0

MOST_QUESTIONS = 256
"""How many questions may be open at a time."""

# number, first byte, first byte behind it
_QUESTION = struct.Struct("<IQQ")
# number, whether it failed, bytes transferred so far, length of what follows: the bytes, or a failure as JSON
_ANSWER = struct.Struct("<I?QI")
_OPENING = struct.Struct("<Q")  # size in bytes
_MOST_SENTENCE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Question:
    """A question for a half-open byte range.

    Attributes:
        number: Comes back with the answer.
        start: The first byte.
        end: The first byte behind it.
    """

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        number: That of the question.
        bytes_read: How many bytes of the source were transferred so far.
        content: The bytes, or why they cannot be read.
    """

    number: int
    bytes_read: int
    content: bytes | bytearray | FilmstripError


def sign_of_arrival(bytes_read: int) -> Answer:
    """Make the answer that was not asked for: more of the source has arrived, whosever answer it will be part of."""
    return Answer(_UNASKED, bytes_read, b"")


def is_sign_of_arrival(answer: Answer) -> bool:
    """Check whether an answer is such a sign."""
    return answer.number == _UNASKED


class EndedError(Exception):
    """The other side is gone."""


def write_question(descriptor: int, question: Question) -> None:
    """Ask; the caller sees to it that one thread at a time writes."""
    _write(descriptor, _QUESTION.pack(question.number, question.start, question.end))


def read_question(descriptor: int) -> Question:
    """Wait for the next question.

    Raises:
        EndedError: There will be none.
        ValueError: It asks for more than it may.
    """
    question = Question(*_QUESTION.unpack(_read(descriptor, _QUESTION.size)))
    if not 0 < question.end - question.start <= MOST_BYTES:
        raise ValueError(f"a range from {question.start} to {question.end}")
    return question


def write_answer(descriptor: int, answer: Answer) -> None:
    """Answer; the caller sees to it that one thread at a time writes."""
    content, failed = answer.content, isinstance(answer.content, FilmstripError)
    data = _failure(content) if isinstance(content, FilmstripError) else content
    _write(descriptor, _ANSWER.pack(answer.number, failed, answer.bytes_read, len(data)))
    _write(descriptor, data)


def read_answer(descriptor: int) -> Answer:
    """Wait for the next answer.

    Raises:
        EndedError: There will be none.
    """
    number, failed, bytes_read, length = _ANSWER.unpack(_read(descriptor, _ANSWER.size))
    data = _read(descriptor, length)
    return Answer(number, bytes_read, error_named(*json.loads(data)) if failed else data)


def pack_size(size_bytes: int) -> bytes:
    """Write the size of a source as the content of the first answer."""
    return _OPENING.pack(size_bytes)


def unpack_size(answer: Answer) -> int:
    """Read the size of a source out of the first answer.

    Raises:
        FilmstripError: The source cannot be opened.
    """
    if isinstance(answer.content, FilmstripError):
        raise answer.content
    (size,) = _OPENING.unpack(answer.content)
    return int(size)


def fetching_ended() -> MediaProcessKilledError:
    """Make the error for a fetching process that is gone."""
    return MediaProcessKilledError("The process that fetches the source ended unexpectedly")


def _failure(error: FilmstripError) -> bytes:
    return json.dumps([type(error).__name__, str(error)[: _MOST_SENTENCE_BYTES // 8]]).encode()


def _read(descriptor: int, size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        try:
            count = os.readv(descriptor, [view])
        except ConnectionResetError:
            count = 0
        if count == 0:
            raise EndedError
        view = view[count:]
    return data


def _write(descriptor: int, data: bytes | bytearray) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except (BrokenPipeError, ConnectionResetError):
            raise EndedError from None
