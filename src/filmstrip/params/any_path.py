"""A path as it is told to another process of ours: in ASCII, as file names need not be UTF-8, which JSON has to be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

_ENCODED = "file://"


def _encode(path: Path) -> str:
    return _ENCODED + quote_from_bytes(os.fsencode(path))


def _decode(value: object) -> object:
    is_encoded = isinstance(value, str) and value.startswith(_ENCODED)
    return os.fsdecode(unquote_to_bytes(str(value).removeprefix(_ENCODED))) if is_encoded else value


class _InAscii:
    """What pydantic asks how such a path is read and written; who never asks need not load pydantic for it."""

    description = "a path"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415 - media work without JSON does without it

        written = core_schema.plain_serializer_function_ser_schema(
            _encode, return_schema=core_schema.str_schema(), when_used="json"
        )
        return core_schema.no_info_before_validator_function(_decode, handler(source), serialization=written)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "description": self.description}


AnyPath = Annotated[Path, _InAscii()]
"""A path that goes through JSON whatever bytes it has; a plain path is read as well."""
