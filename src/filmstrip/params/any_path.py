"""How is a path told to another process of ours? In ASCII: names of files need not be UTF-8, which JSON has to be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import quote_from_bytes, unquote_to_bytes

from pydantic import BeforeValidator, Field, PlainSerializer

_ENCODED = "file://"


def _encode(path: Path) -> str:
    return _ENCODED + quote_from_bytes(os.fsencode(path))


def _decode(value: object) -> object:
    is_encoded = isinstance(value, str) and value.startswith(_ENCODED)
    return os.fsdecode(unquote_to_bytes(str(value).removeprefix(_ENCODED))) if is_encoded else value


AnyPath = Annotated[
    Path,
    BeforeValidator(_decode),
    PlainSerializer(_encode, return_type=str, when_used="json"),
    Field(description="a path"),
]
"""A path that goes through JSON whatever bytes it has; a plain path is read as well."""
