"""The text of a variable, or a value of the file, as the value of a setting."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from filmstrip.params.json_text import JsonTextError, parse_json
from filmstrip.params.values import is_printable_text, shown
from filmstrip.settings.catalog import Setting, is_table, item_kind, without_none


def parse_value(setting: Setting, value: object) -> object:
    """Parse the value of a setting; lists may be a text with commas. A blank text means the default.

    Raises:
        ValueError: The value is not allowed; the message shows it, unless it is secret, and says what is.
    """
    if isinstance(value, str) and not value.strip():
        return setting.default
    kind = without_none(setting.kind)
    item = item_kind(kind)
    if item is None:
        return _parse_one(setting, kind, value)
    if is_table(item):
        return _parse_tables(setting, item, value)
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise ValueError(_complaint(setting, value, kind))  # noqa: TRY004 - a mistake of the operator, as all here
    return tuple(_parse_one(setting, item, part) for part in parts if str(part).strip())


def expectation(kind: Any) -> str:
    """Say in words which values a type allows."""
    kind = without_none(kind)
    item = item_kind(kind)
    if item is not None and is_table(item):
        return f"a list of tables with {', '.join(_columns(item))}"
    if item is not None:
        return f"a list, each item {expectation(item)}"
    if get_origin(kind) is Annotated:
        descriptions = [getattr(note, "description", None) for note in get_args(kind)[1:]]
        return next((text for text in descriptions if text), "text")
    if get_origin(kind) is Literal:
        return f"one of {', '.join(get_args(kind))}"
    return _PLAIN_KINDS.get(kind, "text")


_LARGEST_WHOLE = 10**9
_LARGEST = 10**6

_PLAIN_KINDS: dict[Any, str] = {
    bool: "0 or 1",
    int: f"a whole number from 0 to {_LARGEST_WHOLE}",
    float: f"a number from 0 to {_LARGEST}",
    Path: "a path",
    str: "text",
}


def _parse_tables(setting: Setting, kind: type, value: object) -> tuple[object, ...]:
    """Parse a list of tables, in a variable written as JSON. No value is shown: a secret may stand in a wrong place."""
    try:
        tables = parse_json(value) if isinstance(value, str) else value
    except JsonTextError as error:
        raise ValueError(f"{error}; it has to be {expectation(setting.kind)}, as JSON") from None
    if not isinstance(tables, list):
        raise ValueError(f"is not {expectation(setting.kind)}")  # noqa: TRY004 - a mistake of the operator, as all here
    try:
        return tuple(TypeAdapter(list[kind]).validate_python(tables))  # type: ignore[valid-type]
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise ValueError("; ".join(_table_mistake(each, kind) for each in found)) from None


_TABLE_PROBLEMS = {
    "missing": "is required",
    "dataclass_type": "is not a table",
    "tuple_type": "is not a list",
    "too_short": "needs at least one item",
    "bool_type": "is not true or false",
    "bool_parsing": "is not true or false",
}


def _columns(kind: type) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def _table_mistake(found: ErrorDetails, kind: type) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in found["loc"])
    unknown = f"is none of {', '.join(_columns(kind))}"
    problems = {**_TABLE_PROBLEMS, "unexpected_keyword_argument": unknown}
    return f"{place.lstrip('.')} {problems.get(found['type'], found['msg'].removeprefix('Value error, '))}"


def _parse_one(setting: Setting, kind: Any, value: object) -> object:
    try:
        text = value.strip() if isinstance(value, str) else value
        if isinstance(text, str) and kind is not Path and not is_printable_text(text):
            raise ValueError(f"{_shown(setting, value)} is not text without line ends and other control characters")
        parsed = _adapter(kind).validate_python(text)
    except ValidationError:
        raise ValueError(_complaint(setting, value, kind)) from None
    return parsed.expanduser().absolute() if isinstance(parsed, Path) else parsed


def _adapter(kind: Any) -> TypeAdapter[Any]:
    # None of our numbers has a meaning below zero, and what waits for seconds counts them in 32 bits of milliseconds.
    if kind is int:
        return TypeAdapter(Annotated[kind, Field(ge=0, le=_LARGEST_WHOLE)])
    return TypeAdapter(Annotated[kind, Field(ge=0, le=_LARGEST, allow_inf_nan=False)] if kind is float else kind)


def _complaint(setting: Setting, value: object, kind: Any) -> str:
    return f"{_shown(setting, value)} is not {expectation(kind)}"


def _shown(setting: Setting, value: object) -> str:
    return "the value (hidden)" if setting.is_secret else shown(value)
