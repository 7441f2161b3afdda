"""Starting a task, whichever way the client says what it wants of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog
from aiohttp import web

from filmstrip.api.answer import base_url, success
from filmstrip.api.errors import ApiError, BadPayloadError
from filmstrip.api.fields import Fields
from filmstrip.api.parts import PARTS
from filmstrip.api.reading import read_apart
from filmstrip.domain.errors import QueryError
from filmstrip.outputs._base import Output
from filmstrip.outputs.registry import output_types, parse_query
from filmstrip.params.clip_fields import with_clip
from filmstrip.params.json_text import JsonTextError, parse_json
from filmstrip.params.query import Query
from filmstrip.wire.status import STATUS_PATH

MAX_PAYLOAD_CHARACTERS = 1000
_LONGEST_REASON = 2000
_CLIP = ("start_time", "duration")

MakeQuery = Callable[[Fields], str]
"""Makes the JSON text of a query, `{"query": {...}}`, of a request's fields; pure, called outside of the event loop."""


async def start_task(request: web.Request, fields: Fields, token: str, make_query: MakeQuery) -> web.Response:
    """Make and parse the query, and submit the task; one with mistakes leaves the token good for a better one.

    Raises:
        QueryError: The query has mistakes.
        BadPayloadError: The payload is too long.
        TokenNotFoundError: The task was started by another request.
    """
    parts = request.app[PARTS]
    structlog.contextvars.bind_contextvars(task_token=token)
    try:
        query, payload = await read_apart(request, _parse, fields, make_query, parts.settings.max_outputs)
        await parts.submitter.submit(token, query, payload, base_url(request))
    except (QueryError, BadPayloadError) as error:
        await note_refusal(request, token, error)
        raise
    return success(status_url=base_url(request) + STATUS_PATH)


async def note_refusal(request: web.Request, token: str, error: QueryError | ApiError) -> None:
    """Show in the status why a task was not started: official clients ask for that until it is completed."""
    reason = str(error)
    reason = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"
    await asyncio.to_thread(request.app[PARTS].records.tasks.note_refusal, token, reason)


def _parse(fields: Fields, make_query: MakeQuery, max_outputs: int) -> tuple[Query[Output], str | None]:
    text = make_query(fields)
    clip = {name: value.strip() for name in _CLIP if (value := fields.text(name)) is not None}
    query = parse_query(with_clip(text, clip, _accepted()) if clip else text, max_outputs=max_outputs)
    return query, find_payload(fields, text)


def _accepted() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(_CLIP) & kind.wire_names() for name, kind in output_types().items()}


def find_payload(fields: Fields, query_text: str) -> str | None:
    """Find the client's own text: a field of the request, or a member beside `query` in the query's wrapper.

    Raises:
        BadPayloadError: It is too long.
    """
    payload = fields.text("payload")
    if payload is None:
        payload = _payload_in_wrapper(query_text)
    if payload is not None and len(payload) > MAX_PAYLOAD_CHARACTERS:
        raise BadPayloadError(
            f"Payload is too long: {len(payload)} characters, at most {MAX_PAYLOAD_CHARACTERS} are allowed"
        )
    return payload


def _payload_in_wrapper(query_text: str) -> str | None:
    try:
        wrapper = parse_json(query_text)
    except JsonTextError:
        return None
    return Fields.of_json({"payload": wrapper.get("payload")}).text("payload") if isinstance(wrapper, dict) else None
