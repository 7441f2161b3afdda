"""Stored profiles: queries without a source, which the operator keeps and clients name (Qencode's `start_encode`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.domain.schemes import may_begin_with_host
from filmstrip.params.json_text import JsonTextError, parse_json

IDENTITY = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What profiles and transfer methods are called."""

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""What a value is put in place of, in the path of a destination."""

_FIRST = re.compile(r"[^/]*://(?:.*@)?[^/]*", re.DOTALL)
_FIRST_TWO = re.compile(_FIRST.pattern + r"(?:/[^/]*)?", re.DOTALL)

_CREDENTIALS = re.compile(r"(?<=://)[^/@]*:.*@", re.DOTALL)
_SECRET_MEMBERS = frozenset({"key", "secret", "password"})

JsonObject = dict[str, Any]


def path_start(url: str) -> int | None:
    """Return where the path of a URL begins in which clients' values may stand; None if it is no URL.

    It is behind scheme, credentials, host, and bucket or first folder: where the operator's credentials go, and from
    where a path counts, is nothing that clients decide.
    """
    before = (_FIRST_TWO if may_begin_with_host(url) else _FIRST).match(url)
    return before.end() if before else None


def parse_profile(text: str) -> JsonObject:
    """Parse the text of a profile: a query, or `{"query": {...}}`, that has outputs and no source.

    Raises:
        QueryError: It is none.
    """
    document = parse_object(text, "profile")
    inside = document.get("query", document)
    mistakes = [
        Mistake(name, "is told with each task, not in a profile") for name in ("source", "stitch") if name in inside
    ]
    if not isinstance(inside.get("format"), list | dict):
        mistakes.append(Mistake("format", "is required: a list of at least one output"))
    mistakes.extend(_misplaced(inside))
    if mistakes:
        raise QueryError(mistakes)
    return dict(inside)


def without_secrets(profile: JsonObject) -> JsonObject:
    """Return a profile as clients may see it: without credentials, in members and in URLs."""
    cleaned: JsonObject = _without_secrets(profile)
    return cleaned


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_secrets(each) for name, each in value.items() if name not in _SECRET_MEMBERS}
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    return _CREDENTIALS.sub("", value) if isinstance(value, str) else value


def names_of(profiles: str) -> tuple[str, ...]:
    """Split the field `profiles`: names with commas between them, each one once."""
    return tuple(dict.fromkeys(name.strip() for name in profiles.split(",") if name.strip()))


def entries_of(document: JsonObject) -> list[Any]:
    """Return the outputs of a query or a profile: one object may stand where a list is expected."""
    entries = document.get("format")
    return entries if isinstance(entries, list) else [] if entries is None else [entries]


def parse_object(text: str, name: str) -> JsonObject:
    """Parse a JSON object.

    Args:
        text: JSON text.
        name: What mistakes call it.

    Raises:
        QueryError: It is none.
    """
    try:
        document = parse_json(text)
    except JsonTextError as error:
        raise QueryError([Mistake(name, str(error))]) from None
    if not isinstance(document, dict) or not isinstance(document.get("query", {}), dict):
        raise QueryError([Mistake(name, "is not a JSON object")])
    return document


def _misplaced(document: JsonObject) -> Iterator[Mistake]:
    for index, entry in enumerate(entries_of(document)):
        places = entry.get("destination") if isinstance(entry, dict) else None
        for place in places if isinstance(places, list) else [places]:
            url = place.get("url") if isinstance(place, dict) else place
            if isinstance(url, str) and PLACEHOLDER.search(url[: path_start(url) or 0]):
                problem = "has a placeholder in its host, its bucket or its first folder; it may stand behind them only"
                yield Mistake(f"format[{index}].destination", problem)
