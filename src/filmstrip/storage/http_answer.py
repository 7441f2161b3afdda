"""What does an http server's answer to a GET, or to a GET of a range, say about the source?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from urllib3 import BaseHTTPResponse

from filmstrip.domain.errors import (
    FilmstripError,
    SourceChangedError,
    SourceForbiddenError,
    SourceNotFoundError,
    SourceUnreachableError,
    SourceUnreadableError,
)
from filmstrip.storage.source_reference import SourceVersion

_PIECE_BYTES = 1 << 18
_GIVEN = {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}
_ABSENT = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")  # RFC 9110, 14.4
_ERROR_CODE = re.compile(rb"<Code>(\w{1,64})</Code>")  # Amazon S3 API, "REST error responses"
_EXCERPT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is the source, or a part of it, with its body still to be read.

    Attributes:
        start: Offset of its first byte.
        is_partial: Whether it is a range, else the whole.
        version: State of the source.
        body: The open response.
    """

    start: int
    is_partial: bool
    version: SourceVersion
    body: BaseHTTPResponse

    def pieces(self) -> Iterator[bytes]:
        """Yield the body as it arrives."""
        return self.body.stream(_PIECE_BYTES, decode_content=False)


def read_answer(response: BaseHTTPResponse, label: str, start: int, expected: SourceVersion | None) -> Answer:
    """Judge an answer.

    Args:
        response: The answer's head; the body is read only if it is an error.
        label: The source, as it is shown.
        start: Offset that was asked for.
        expected: The state in which the source should be, None for any.

    Raises:
        SourceError: It is not the source, or not in that state.
    """
    if response.status not in _GIVEN:
        raise _refusal(response, label, start, expected)
    answer = _described(response)
    if expected is not None and not answer.version.is_same(expected):
        raise SourceChangedError(f'The source "{label}" changed while it was read')
    if answer.version.size_bytes == 0:
        raise SourceUnreadableError(f'The source "{label}" is empty')
    if answer.is_partial and answer.start != start:
        raise SourceUnreachableError(f'The source "{label}" answers with another range than the asked one')
    return answer


def _described(response: BaseHTTPResponse) -> Answer:
    headers, is_partial = response.headers, response.status == HTTPStatus.PARTIAL_CONTENT
    match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "")) if is_partial else None
    total = headers.get("Content-Length", "") if not is_partial else match[2] if match else ""
    version = SourceVersion(int(total) if total.isdigit() else None, headers.get("ETag"), headers.get("Last-Modified"))
    return Answer(int(match[1]) if match else 0, match is not None, version, response)


def _refusal(response: BaseHTTPResponse, label: str, start: int, expected: SourceVersion | None) -> FilmstripError:
    status = response.status
    if expected is not None and status in {
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    }:
        return SourceChangedError(f'The source "{label}" changed while it was read')
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start == 0:
        return SourceUnreadableError(f'The source "{label}" is empty')
    reason = f"{status} {_error_code(response) or response.reason or ''}".strip()
    if status in _ABSENT:
        return SourceNotFoundError(f'There is nothing at "{label}" ({reason})')
    if status in _TRANSIENT:
        return SourceUnreachableError(f'The server of the source "{label}" cannot answer now ({reason})')
    return SourceForbiddenError(f'The server of the source "{label}" refuses to hand it out ({reason})')


def _error_code(response: BaseHTTPResponse) -> str | None:
    match = _ERROR_CODE.search(response.read(_EXCERPT_BYTES, decode_content=False))
    return match[1].decode() if match else None
