"""The fields of a form body, even of one whose JSON was not percent-encoded.

The published examples call `curl -d query='{...}'`, and the PHP client sends `stitch=[...]`: the JSON arrives raw in a
urlencoded body, where `&` would cut it and `+` would become a blank. JSON tells itself where it ends, so a raw one is
taken as it stands, up to its own end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from filmstrip.api.errors import BodyError
from filmstrip.api.fields import Fields
from filmstrip.params.json_text import JsonTextError, parse_json_prefix

_RAW_JSON = re.compile(r"(?:^|&)[ \t\r\n]*(query|stitch)=[ \t\r\n]*(?=[{\[])")
_BLANK = re.compile(r"\s*")
_MAX_FIELDS = 10_000
_PIECE_LENGTH = 50_000
"""Characters that are percent-decoded at a time: the library joins all bytes in one call."""


def parse_form(body: str) -> Fields:
    """Parse the body of a form (`application/x-www-form-urlencoded`, WHATWG URL, 5.1), in time linear in its length.

    Raises:
        BodyError: It has more fields than any honest client sends, or is not UTF-8.
    """
    if body.count("&") >= _MAX_FIELDS:
        raise BodyError(f"The body has more than {_MAX_FIELDS} fields")
    raw, rest = _split_raw(body)
    parts = [field.partition("=") for field in rest.split("&") if field]
    try:
        pairs = [(_decoded(name), _decoded(value)) for name, _, value in parts]
    except UnicodeDecodeError:
        raise BodyError("The body is not UTF-8 where it is percent-encoded") from None
    return Fields.collect([*raw, *pairs])


def _decoded(text: str) -> str:
    return b"".join(unquote_to_bytes(piece) for piece in _pieces(text.replace("+", " "))).decode()


def _pieces(text: str) -> Iterator[str]:
    """Cut a text where a percent sign begins something new."""
    start = 0
    while start < len(text):
        end = text.find("%", start + _PIECE_LENGTH)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end


def _split_raw(body: str) -> tuple[list[tuple[str, str]], str]:
    """Cut a field of raw JSON out of the body; without one, return the body as it is.

    Only the first place where one may begin is tried: each try reads to the end of the body.
    """
    match = _RAW_JSON.search(body)
    end = _json_end(body, match.end()) if match else None
    if match is None or end is None or (end != len(body) and body[end] != "&"):
        return [], body
    return [(match[1], body[match.end() : end])], f"{body[: match.start()]}{body[end:]}"


def _json_end(text: str, start: int) -> int | None:
    """Return where the JSON value that begins at `start` ends, blanks after it included; None if there is none."""
    try:
        _value, end = parse_json_prefix(text, start)
    except JsonTextError:
        return None
    return _skip_blanks(text, end)


def _skip_blanks(text: str, index: int) -> int:
    match = _BLANK.match(text, index)
    return match.end() if match else index
