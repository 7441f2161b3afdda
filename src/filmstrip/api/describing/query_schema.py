"""JSON Schema of a query: made of the classes that parse it, as loose about types as they are.

One value may stand where a list is expected, and a URL for a destination.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from filmstrip.api.describing.operation import Schema, list_of, ref
from filmstrip.outputs.registry import output_types
from filmstrip.params.destination import Destination
from filmstrip.params.field_texts import field_texts
from filmstrip.params.parameters import Parameters
from filmstrip.params.query import TaskParameters

_DEFINITIONS = "$defs"
_AS_SENT = {
    "integer": ["integer", "string"],
    "number": ["number", "string"],
    "boolean": ["boolean", "integer", "string"],
}
"""What clients may send for a type, besides it: numbers as text, flags as 0 and 1."""


def query_schemas() -> dict[str, Schema]:
    """Return the schemas of a query, of each output by its name, and of what they refer to."""
    schemas: dict[str, Schema] = {}
    for name, kind in output_types().items():
        schemas |= _schemas(f"output_{name}", kind, {"output": {"const": name}})
    schemas |= _schemas(
        "query", TaskParameters, {"format": list_of({"anyOf": [ref(f"output_{name}") for name in output_types()]})}
    )
    schemas["wrapped_query"] = {"type": "object", "properties": {"query": ref("query")}, "required": ["query"]}
    return schemas


def _schemas(name: str, kind: type[Parameters], further: dict[str, Any]) -> Iterator[tuple[str, Schema]]:
    whole = kind.model_json_schema(ref_template="#/components/schemas/{model}")
    for other, schema in whole.pop(_DEFINITIONS, {}).items():
        yield (
            other,
            {"anyOf": [_as_sent(schema), {"type": "string"}]} if other == Destination.__name__ else _as_sent(schema),
        )
    texts = field_texts(kind)
    members = {
        key: {**_as_sent(value), "description": texts.get(key, "")} for key, value in whole["properties"].items()
    }
    required = [*further, *whole.get("required", [])]
    yield name, {"type": "object", "properties": {**further, **members}, "required": required}


def _as_sent(schema: Any) -> Any:
    """Drop what is of the inside, such as the names of classes, and allow each type as clients may send it."""
    if isinstance(schema, list):
        return [_as_sent(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _as_sent(value) for key, value in schema.items() if key not in _DROPPED}
    if isinstance(kept.get("type"), str):
        kept["type"] = _AS_SENT.get(kept["type"], kept["type"])
    return {"anyOf": [kept, kept["items"]]} if "items" in kept else kept


_DROPPED = frozenset({"title", "default", "description", "format"})
