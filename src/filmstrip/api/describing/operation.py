"""What an endpoint says of itself, in JSON Schema (2020-12) where it speaks of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
TOKEN: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
MOMENT: Schema = {"type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$"}


def ref(name: str) -> Schema:
    """Point at a schema that the document holds under a name."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_text(schema: Schema) -> Schema:
    """Describe a text that holds JSON."""
    return {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}


def list_of(schema: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": schema}


@dataclass(frozen=True)
class Field:
    """A field of a request.

    Attributes:
        name: As clients send it.
        text: What it means, one or more sentences without the dot at the end.
        schema: Of its value, which always is a text.
        is_required: Whether a request without it is refused.
    """

    name: str
    text: str
    schema: Schema = field(default_factory=lambda: TEXT)
    is_required: bool = False


@dataclass(frozen=True)
class Operation:
    """An API method.

    Attributes:
        name: As in its path, `/v1/NAME`.
        text: What it does, a sentence.
        fields: What it takes.
        answer: Schemas of the members of its answer, by name; all of them are always there, and `error` is 0.
        by_get: Whether it can be called by GET as well.
        calls_back: Whether a receiver is called of what comes of it.
    """

    name: str
    text: str
    fields: tuple[Field, ...]
    answer: Mapping[str, Schema]
    by_get: bool = False
    calls_back: bool = False
