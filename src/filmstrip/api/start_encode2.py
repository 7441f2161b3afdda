"""POST /v1/start_encode2: start a task with everything that the client wants of it."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web

from filmstrip.api.answer import api_path, base_url, success
from filmstrip.api.auth import token_field
from filmstrip.api.errors import BadPayloadError
from filmstrip.api.fields import Fields
from filmstrip.api.parts import PARTS
from filmstrip.api.reading import read_apart
from filmstrip.api.request_body import read_fields
from filmstrip.domain.errors import QueryError, TokenNotFoundError
from filmstrip.outputs._base import Output
from filmstrip.outputs.registry import parse_query
from filmstrip.params.json_text import JsonTextError, parse_json
from filmstrip.params.query import Query
from filmstrip.wire.status import STATUS_PATH

MAX_PAYLOAD_CHARACTERS = 1000
_LONGEST_REASON = 2000

routes = web.RouteTableDef()


@routes.post(api_path("start_encode2"))
async def start_encode2(request: web.Request) -> web.Response:
    """Parse the query and submit the task; a query with mistakes leaves the token good for a better one."""
    parts = request.app[PARTS]
    fields = await read_fields(request)
    token = token_field(fields, "task_token")
    structlog.contextvars.bind_contextvars(task_token=token)
    text = fields.required("query")
    if not await asyncio.to_thread(parts.records.tasks.is_waiting, token):
        raise TokenNotFoundError
    try:
        query, payload = await read_apart(request, _parse, fields, text, parts.settings.max_outputs)
        await parts.submitter.submit(token, query, payload)
    except (QueryError, BadPayloadError) as error:
        # Official clients ask for the status until it is completed, whatever this call answers.
        await asyncio.to_thread(parts.records.tasks.note_refusal, token, _shortened(str(error)))
        raise
    return success(status_url=base_url(request) + STATUS_PATH)


def _shortened(reason: str) -> str:
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"


def _parse(fields: Fields, text: str, max_outputs: int) -> tuple[Query[Output], str | None]:
    return parse_query(text, max_outputs=max_outputs), find_payload(fields, text)


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
