"""JSON of strangers: read within bounds that are checked before any number is made of it.

Python's reader makes a number of whatever digits it finds, holding the interpreter's lock all the while, keeps the last
of two equal keys, accepts NaN, and lets half of a UTF-16 pair into a text that then cannot be written anywhere.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

MAX_DEPTH = 32
"""How deep lists and objects may be nested."""
MAX_VALUES = 20_000
"""How many values a text may hold; commas and brackets in texts are counted too."""
MAX_NUMBER_LENGTH = 100
"""How many characters a number may have."""


class JsonTextError(ValueError):
    """The text cannot be taken; the message ends a sentence that begins with its name, such as "is not JSON: …"."""


def parse_json(text: str) -> Any:
    """Parse a JSON text (RFC 8259); a byte order mark before it, as some editors write it, means nothing.

    Raises:
        JsonTextError: It is not JSON, has equal keys in one object or half of a surrogate pair, or is beyond bounds.
    """
    text = text.removeprefix("\ufeff")
    with _mistakes_named(text):
        found = _DECODER.decode(text)
    _check(found)
    return found


def parse_json_prefix(text: str, start: int) -> tuple[Any, int]:
    """Parse the JSON value that begins at an index, and return it with the index behind it.

    Raises:
        JsonTextError: As from `parse_json`.
    """
    with _mistakes_named(text):
        found, end = _DECODER.raw_decode(text, start)
    _check(found)
    return found, end


@contextmanager
def _mistakes_named(text: str) -> Iterator[None]:
    if sum(text.count(mark) for mark in ",[{") > MAX_VALUES:
        raise JsonTextError(f"is not JSON of a sensible size: it has more than {MAX_VALUES} values")
    try:
        yield
    except json.JSONDecodeError as error:
        raise JsonTextError(f"is not JSON: {_problem(error)}") from None
    except RecursionError:
        raise JsonTextError(_TOO_DEEP) from None


_TOO_DEEP = f"is nested more than {MAX_DEPTH} levels deep"
_PROBLEMS = {
    "Extra data": "something follows its end",
    "Unterminated string": "a text does not end, which begins",
    "Invalid control character": "a text holds a line end or another control character",
    "Invalid \\": "a text holds an escape that JSON does not have",
    "Expecting property name": "a key in double quotes is missing",
    "Expecting ',' delimiter": "a comma or a bracket is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting value": "a value is missing",
}


def _problem(error: json.JSONDecodeError) -> str:
    if not error.doc.strip():
        return "it is empty"
    said = next((words for start, words in _PROBLEMS.items() if error.msg.startswith(start)), "something is wrong")
    return f"{said} at line {error.lineno}, column {error.colno}"


def _check(document: Any) -> None:
    for value, depth in _walk(document):
        if depth > MAX_DEPTH and isinstance(value, dict | list):
            raise JsonTextError(_TOO_DEEP)
        if isinstance(value, str) and not is_whole(value):
            raise JsonTextError(f"holds half of a surrogate pair in {value[:40]!a}")


def _walk(document: Any) -> Iterator[tuple[Any, int]]:
    waiting: list[tuple[Any, int]] = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        if isinstance(value, dict):
            waiting += [(key, depth) for key in value]
            waiting += [(each, depth + 1) for each in value.values()]
        elif isinstance(value, list):
            waiting += [(each, depth + 1) for each in value]


def is_whole(text: str) -> bool:
    """Check whether a text can be written as UTF-8: it holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice, _count = Counter(key for key, _value in pairs).most_common(1)[0]
        raise JsonTextError(f"has the key {twice[:40]!a} twice in one object")
    return made


def _bounded(digits: str) -> str:
    if len(digits) > MAX_NUMBER_LENGTH:
        raise JsonTextError(f"has a number of {len(digits)} characters; at most {MAX_NUMBER_LENGTH} are allowed")
    return digits


def _refuse_constant(name: str) -> NoReturn:
    raise JsonTextError(f"is not JSON: {name} is no number that JSON has")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=lambda digits: int(_bounded(digits)),
    parse_float=lambda digits: float(_bounded(digits)),
    parse_constant=_refuse_constant,
)
