"""What an HTTP server's answer to a GET, or to a GET of a range, says about the source."""

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
from filmstrip.storage.http.remote_answer import refuse_other_state
from filmstrip.storage.source_reference import SourceVersion
from filmstrip.storage.told_region import told_region

_PIECE_BYTES = 1 << 18
_GIVEN = {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}
_ABSENT = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")  # RFC 9110, 14.4
_SIZE = re.compile(r"\d{1,18}")
_UNPACKED = {"gzip", "x-gzip", "deflate"}
_WEB_PAGE = re.compile(rb"<(!doctype\s+html|html|head|body|script)\b", re.IGNORECASE)
_ERROR_CODE = re.compile(r"<Code>(\w{1,64})</Code>")  # Amazon S3 API, "REST error responses"
_EXCERPT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is the source, or a part of it, with its body still to be read.

    Attributes:
        start: Offset of its first byte.
        is_partial: Whether it is a range, else the whole.
        version: State of the source.
        body: The open response.
        length_bytes: How many bytes of a range it says that it has, None for a whole.
        is_packed: Whether it came compressed, unasked; `pieces` unpacks it.
    """

    start: int
    is_partial: bool
    version: SourceVersion
    body: BaseHTTPResponse
    length_bytes: int | None = None
    is_packed: bool = False

    def head(self, size_bytes: int) -> bytes:
        """Read its first bytes, as many or all."""
        return self.body.read(size_bytes, decode_content=self.is_packed)

    def pieces(self) -> Iterator[bytes]:
        """Yield the body as it arrives."""
        return self.body.stream(_PIECE_BYTES, decode_content=self.is_packed)


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
    answer = _described(response, label)
    refuse_other_state(answer.version, label, expected)
    if answer.is_partial and answer.start != start:
        raise SourceUnreachableError(f'The source "{label}" answers with another range than the asked one')
    return answer


def refuse_web_page(head: bytes, label: str) -> None:
    """Refuse what begins like a page of HTML: a login, an error, the page around a film.

    Raises:
        SourceUnreadableError: It does.
    """
    if _WEB_PAGE.match(_behind_comments(head[:_EXCERPT_BYTES])):
        raise SourceUnreadableError(
            f'"{label}" is a web page, not a video: use the address of the file itself, and one that needs no login'
        )


def _behind_comments(text: bytes) -> bytes:
    text = text.lstrip()
    while text.startswith(b"<!--"):
        text = text.partition(b"-->")[2].lstrip()
    return text


def _described(response: BaseHTTPResponse, label: str) -> Answer:
    headers, is_partial = response.headers, response.status == HTTPStatus.PARTIAL_CONTENT
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in _UNPACKED | {"identity", ""}:
        raise SourceForbiddenError(
            f'The server of the source "{label}" compresses it ("{encoding[:40]}"), though it is asked not to'
        )
    is_packed = encoding in _UNPACKED
    match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "")) if is_partial else None
    total = headers.get("Content-Length", "") if not is_partial else match[3] if match else ""
    size_bytes = int(total) if _SIZE.fullmatch(total) and not is_packed else None
    version = SourceVersion(size_bytes, headers.get("ETag"), headers.get("Last-Modified"))
    length_bytes = int(match[2]) - int(match[1]) + 1 if match else None
    return Answer(int(match[1]) if match else 0, match is not None, version, response, length_bytes, is_packed)


def _refusal(response: BaseHTTPResponse, label: str, start: int, expected: SourceVersion | None) -> FilmstripError:
    status = response.status
    if expected is not None and status in {
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    }:
        return SourceChangedError(f'The source "{label}" changed while it was read')
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start == 0:
        return SourceUnreadableError(f'The source "{label}" is empty')
    text = response.read(_EXCERPT_BYTES, decode_content=False).decode(errors="replace")
    code = _ERROR_CODE.search(text)
    reason = f"{status} {code[1] if code else response.reason or ''}".strip()
    if status in _ABSENT:
        return SourceNotFoundError(f'There is nothing at "{label}" ({reason})')
    if status in _TRANSIENT:
        return SourceUnreachableError(f'The server of the source "{label}" cannot answer now ({reason})')
    refusal = SourceForbiddenError(f'The server of the source "{label}" refuses to hand it out ({reason})')
    if status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} or "<Region>" in text:
        refusal.region = told_region(response.headers, text)
    return refusal
