"""POST /v1/status: how far tasks are. The task token is the capability; no session is needed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence

import structlog
from aiohttp import web

from filmstrip.api.answer import api_path, base_url
from filmstrip.api.auth import is_token
from filmstrip.api.describing.operation import Field, Operation, ref
from filmstrip.api.errors import BadTokensError
from filmstrip.api.fields import Fields
from filmstrip.api.known_states import KNOWN_STATES
from filmstrip.api.parts import PARTS
from filmstrip.api.rates import RATES
from filmstrip.api.reading import read_apart
from filmstrip.api.request_body import read_fields
from filmstrip.db.task_records import TaskRecord
from filmstrip.params.json_text import JsonTextError, parse_json
from filmstrip.params.values import shown
from filmstrip.wire.status import status_text, task_status, unknown_status

MAX_TOKENS = 100
"""How many tasks one request may ask about."""

routes = web.RouteTableDef()

operation = Operation(
    "status",
    "Tell how far tasks are; a task's token is all that it takes",
    (
        Field(
            "task_tokens",
            f"Tokens of at most {MAX_TOKENS} tasks: one, several with commas between them, a JSON list, or repeated as "
            "task_tokens[]",
            is_required=True,
        ),
    ),
    {"statuses": {"type": "object", "additionalProperties": ref("Task")}},
    by_get=True,
)


@routes.post(api_path("status"))
@routes.get(api_path("status"))
async def status(request: web.Request) -> web.Response:
    """Describe each of the asked tasks; one that does not exist has failed."""
    fields = await read_fields(request) | Fields.collect(request.query.items())
    tokens = await read_apart(request, parse_tokens, fields)
    structlog.contextvars.bind_contextvars(task_token=tokens[0], task_count=len(tokens))
    tasks = await request.app[KNOWN_STATES].read(request.app[PARTS].records.tasks, tokens)
    for key_id in {task.key_id for task in tasks.values() if task.key_id is not None}:
        request.app[RATES].count_status(key_id)
    text = await asyncio.to_thread(_describe, tasks, tokens, base_url(request))
    return web.Response(text=text, content_type="application/json")


def _describe(tasks: Mapping[str, TaskRecord], tokens: Sequence[str], base: str) -> str:
    """Write the answer."""
    statuses = {token: task_status(tasks[token], base) if token in tasks else unknown_status(base) for token in tokens}
    members = (f"{json.dumps(token)}: {status_text(status)}" for token, status in statuses.items())
    return f'{{"error": 0, "statuses": {{{", ".join(members)}}}}}'


def parse_tokens(fields: Fields) -> tuple[str, ...]:
    """Read the asked tokens in each form that clients send: one, a comma list, repeated `task_tokens[]`, a JSON list.

    Raises:
        BadTokensError: There is none, one is malformed, or there are too many.
    """
    texts = fields.all("task_tokens[]") + fields.all("task_tokens")
    tokens = tuple(dict.fromkeys(token for text in texts for token in _split(text)))
    if not tokens:
        raise BadTokensError("task_tokens is not valid: it names no task")
    if len(tokens) > MAX_TOKENS:
        raise BadTokensError(f"task_tokens is not valid: {len(tokens)} tokens, at most {MAX_TOKENS} are allowed")
    for token in tokens:
        if not is_token(token):
            raise BadTokensError(f"task_tokens is not valid: {shown(token)} is not a task token")
    return tokens


def _split(text: str) -> list[str]:
    if text.lstrip().startswith("["):
        try:
            items = parse_json(text)
        except JsonTextError as error:
            raise BadTokensError(f"task_tokens is not valid: it {error}") from None
        return [item.strip() if isinstance(item, str) else json.dumps(item) for item in items]
    return [token.strip() for token in text.split(",") if token.strip()]
