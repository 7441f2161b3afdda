"""The fields of a multipart form, read from a body that is here already, away from the event loop.

The web framework reads parts line by line in the event loop, where a body of nothing but line ends holds up all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from filmstrip.api.errors import BodyError
from filmstrip.api.fields import Fields

_MOST_PARTS = 200
_MOST_HEAD_BYTES = 2000
_NAME = re.compile(r'content-disposition:\s*form-data;[^\r\n]*?\bname="([^"\r\n]*)"', re.IGNORECASE)
_FILE_NAME = re.compile(r"content-disposition:[^\r\n]*;\s*filename\*?=", re.IGNORECASE)
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}")


def parse_multipart(body: bytes, boundary: str) -> Fields:
    """Parse a multipart form (RFC 7578; delimiters as in RFC 2046, 5.1.1); files in it are left out.

    Raises:
        BodyError: It is not of that form, is not UTF-8, or has more parts than any honest client sends.
    """
    if _BOUNDARY.fullmatch(boundary) is None:
        raise BodyError("The body is not a multipart form: its Content-Type names no boundary")
    delimiter = b"\r\n--" + boundary.encode()
    pieces = (b"\r\n" + body).split(delimiter, _MOST_PARTS + 1)
    if len(pieces) > _MOST_PARTS + 1:
        raise BodyError(f"The body has more than {_MOST_PARTS} parts")
    ends = [index for index, piece in enumerate(pieces) if index and piece.startswith(b"--")]
    if not ends:
        raise BodyError("The body is not a multipart form: its last boundary is missing")
    return Fields.collect(field for piece in pieces[1 : ends[0]] for field in _field(piece))


def _field(piece: bytes) -> Iterator[tuple[str, str]]:
    head, gap, content = piece.partition(b"\r\n\r\n")
    if not gap or len(head) > _MOST_HEAD_BYTES:
        raise BodyError("The body is not a multipart form: a part has no head of a sensible length")
    try:
        lines, value = head.decode(), content.decode()
    except UnicodeDecodeError:
        if _FILE_NAME.search(head.decode(errors="replace")):
            return
        raise BodyError("The body is not UTF-8") from None
    name = _NAME.search(lines)
    if name is None:
        raise BodyError("The body is not a multipart form: a part has no name")
    if not _FILE_NAME.search(lines):
        yield name[1], value
