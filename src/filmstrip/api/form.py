"""What does a form body hold, even one whose JSON nobody percent-encoded?

The published examples call `curl -d query='{...}'`: the JSON arrives raw in a urlencoded body, where `&` would cut it
and `+` would become a blank. JSON tells itself where it ends, so a raw one is taken as it stands, up to its own end.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl

from filmstrip.api.errors import BodyError
from filmstrip.api.fields import Fields

_RAW_JSON = re.compile(r"(?:^|&)\s*query=(?=\s*\{)")
_BLANK = re.compile(r"\s*")
_MAX_FIELDS = 10_000


def parse_form(body: str) -> Fields:
    """Parse the body of a form (`application/x-www-form-urlencoded`, WHATWG URL, 5.1).

    Raises:
        BodyError: It has more fields than any honest client sends.
    """
    query, rest = _split_raw_query(body)
    try:
        pairs = parse_qsl(rest, keep_blank_values=True, errors="replace", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise BodyError(f"The body has more than {_MAX_FIELDS} fields") from None
    return Fields.collect(([("query", query)] if query else []) + pairs)


def _split_raw_query(body: str) -> tuple[str | None, str]:
    """Cut a raw JSON object out of the body; without one, return the body as it is."""
    for match in _RAW_JSON.finditer(body):
        start = _skip_blanks(body, match.end())
        end = _json_end(body, start)
        if end is not None and (end == len(body) or body[end] == "&"):
            return body[start:end], f"{body[: match.start()]}{body[end:]}"
    return None, body


def _json_end(text: str, start: int) -> int | None:
    """Tell where the JSON value that begins at `start` ends, blanks after it included; None if there is none."""
    try:
        _value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return _skip_blanks(text, end)


def _skip_blanks(text: str, index: int) -> int:
    match = _BLANK.match(text, index)
    return match.end() if match else index
