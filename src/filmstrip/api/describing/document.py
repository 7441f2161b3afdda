"""The OpenAPI document (3.1.0): the methods of the API, and everything that a query may hold."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from filmstrip import __version__, api
from filmstrip.api.describing.callback_schema import callback_schema, callbacks
from filmstrip.api.describing.operation import (
    COUNT,
    MAYBE_TEXT,
    MOMENT,
    TEXT,
    TOKEN,
    Field,
    Operation,
    Schema,
    list_of,
    ref,
)
from filmstrip.api.describing.query_schema import query_schemas
from filmstrip.api.describing.upload_paths import upload_paths

_BODY_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "application/json")


@cache
def openapi() -> dict[str, Any]:
    """Return the document; it must not be changed."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Filmstrip",
            "version": __version__,
            "description": "Thumbnails, videos and sound of a source, put where they are wanted: the Qencode "
            "Transcoding API. Every answer has HTTP status 200; `error` is 0 if it worked, else `message` says what "
            "to do.",
        },
        "paths": {**{f"/v1/{found.name}": _path(found) for found in operations()}, **upload_paths()},
        "components": {"schemas": {**_answers(), **query_schemas()}},
    }


def operations() -> Iterator[Operation]:
    """Yield what the endpoints say of themselves, in alphabetical order."""
    for module in pkgutil.iter_modules(api.__path__, f"{api.__name__}."):
        found = getattr(importlib.import_module(module.name), "operation", None)
        if isinstance(found, Operation):
            yield found


def _path(found: Operation) -> dict[str, Any]:
    what = {"summary": found.text, "responses": _responses(found)}
    schema = _object({field.name: {**field.schema, "description": field.text} for field in found.fields})
    schema["required"] = [field.name for field in found.fields if field.is_required]
    body = {"required": True, "content": {kind: {"schema": schema} for kind in _BODY_TYPES}}
    called = {"callbacks": callbacks()} if found.calls_back else {}
    path: dict[str, Any] = {"post": {"operationId": found.name, **what, "requestBody": body, **called}}
    if found.by_get:
        path["get"] = {"operationId": f"{found.name}_by_get", **what, "parameters": list(map(_parameter, found.fields))}
    return path


def _parameter(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "in": "query",
        "required": field.is_required,
        "description": field.text,
        "schema": dict(field.schema),
    }


def _responses(found: Operation) -> dict[str, Any]:
    success = _object({"error": {"const": 0}, **found.answer})
    success["required"] = ["error", *found.answer]
    answer = {"oneOf": [success, ref("Failure")]}
    refused = {"content": {"application/json": {"schema": ref("Failure")}}}
    return {
        "200": {
            "description": "What was asked for, or why it was not done",
            "content": {"application/json": {"schema": answer}},
        },
        "400": {"description": "The request is not HTTP, or its head is too long"},
        "408": {"description": "The body did not come in time", **refused},
        "413": {"description": "The body is too large", **refused},
    }


def _object(members: Mapping[str, Schema]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: dict(schema) for name, schema in members.items()}}


def _answers() -> dict[str, Schema]:
    mistake = _object({"field": TEXT, "problem": TEXT})
    failure = _object(
        {
            "error": {"type": "integer", "minimum": 1},
            "message": {"type": "string", "minLength": 1},
            "mistakes": list_of(mistake),
            "retry_after": {"type": "number", "minimum": 0, "description": "Seconds to wait"},
        }
    )
    return {
        "Failure": {**failure, "required": ["error", "message"]},
        "Task": _task(),
        "Output": _output(),
        "Callback": callback_schema(),
    }


def _task() -> Schema:
    lists = {name: list_of(ref("Output")) for name in ("videos", "audios", "images", "texts")}
    task = _object(
        {
            "status": {"enum": ["created", "downloading", "queued", "encoding", "saving", "completed"]},
            "percent": {"type": "number", "minimum": 0, "maximum": 100},
            "error": {"enum": [0, 1]},
            "error_description": MAYBE_TEXT,
            **lists,
            "warnings": list_of({"type": "object"}),
            "duration": MAYBE_TEXT,
            "source_size": MAYBE_TEXT,
            "payload": MAYBE_TEXT,
            "api_version": TEXT,
            "status_url": TEXT,
        }
    )
    return _with_cancelled(task)


def _output() -> Schema:
    output = _object(
        {
            "tag": TEXT,
            "user_tag": MAYBE_TEXT,
            "status": TEXT,
            "percent": {"type": "number"},
            "error": {"type": "boolean"},
            "error_description": MAYBE_TEXT,
            "output_format": TEXT,
            "url": MAYBE_TEXT,
            "meta": {"type": "object"},
            "size": MAYBE_TEXT,
        }
    )
    return {**output, "required": list(output["properties"])}


def listed_task() -> Schema:
    """Describe a task in a list."""
    task = _object(
        {
            "task_token": TOKEN,
            "status": TEXT,
            "percent": {"type": "number"},
            "error": {"enum": [0, 1]},
            "error_description": MAYBE_TEXT,
            "duration": MAYBE_TEXT,
            "source_size": MAYBE_TEXT,
            "payload": MAYBE_TEXT,
            "created": MOMENT,
            "started": MOMENT,
            "finished": MOMENT,
            "outputs": COUNT,
            "api_key": MAYBE_TEXT,
        }
    )
    return _with_cancelled(task)


def _with_cancelled(task: Schema) -> Schema:
    """Add what only a task has that was cancelled."""
    cancelled = {"const": 1, "description": "Only of a task that was cancelled"}
    return {
        **task,
        "properties": {**task["properties"], "cancelled": cancelled},
        "required": list(task["properties"]),
    }
