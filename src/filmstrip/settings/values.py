"""How does the text of a variable, or a value of the file, become the value of a setting?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import Field, TypeAdapter, ValidationError

from filmstrip.settings.catalog import Setting, item_kind, without_none


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
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise ValueError(_complaint(setting, value, kind))  # noqa: TRY004 - a mistake of the operator, as all here
    return tuple(_parse_one(setting, item, part) for part in parts if str(part).strip())


def expectation(kind: Any) -> str:
    """Say in words which values a type allows."""
    kind = without_none(kind)
    item = item_kind(kind)
    if item is not None:
        return f"a list, each item {expectation(item)}"
    if get_origin(kind) is Annotated:
        descriptions = [getattr(note, "description", None) for note in get_args(kind)[1:]]
        return next((text for text in descriptions if text), "text")
    if get_origin(kind) is Literal:
        return f"one of {', '.join(get_args(kind))}"
    return _PLAIN_KINDS.get(kind, "text")


_PLAIN_KINDS: dict[Any, str] = {
    bool: "0 or 1",
    int: "a whole number, 0 or above",
    float: "a number, 0 or above",
    Path: "a path",
    str: "text",
}


def _parse_one(setting: Setting, kind: Any, value: object) -> object:
    try:
        parsed = _adapter(kind).validate_python(value.strip() if isinstance(value, str) else value)
    except ValidationError:
        raise ValueError(_complaint(setting, value, kind)) from None
    return parsed.expanduser().absolute() if isinstance(parsed, Path) else parsed


def _adapter(kind: Any) -> TypeAdapter[Any]:
    # None of our numbers has a meaning below zero.
    return TypeAdapter(Annotated[kind, Field(ge=0, allow_inf_nan=False)] if kind in (int, float) else kind)


def _complaint(setting: Setting, value: object, kind: Any) -> str:
    shown = "the value (hidden)" if setting.is_secret else json.dumps(value, default=str)
    return f"{shown} is not {expectation(kind)}"
