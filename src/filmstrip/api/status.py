"""POST /v1/status: how far tasks are. The task token is the capability; no session is needed."""

from __future__ import annotations

import asyncio
import json

import structlog
from aiohttp import web

from filmstrip.api.answer import api_path, base_url, success
from filmstrip.api.auth import is_token
from filmstrip.api.errors import BadTokensError
from filmstrip.api.fields import Fields
from filmstrip.api.parts import PARTS
from filmstrip.api.request_body import read_fields
from filmstrip.api.wire import task_status

MAX_TOKENS = 1000
"""How many tasks one request may ask about."""

routes = web.RouteTableDef()


@routes.post(api_path("status"))
@routes.get(api_path("status"))
async def status(request: web.Request) -> web.Response:
    """Describe each of the asked tasks; null for one that does not exist."""
    fields = await read_fields(request) | Fields.collect(request.query.items())
    tokens = parse_tokens(fields)
    structlog.contextvars.bind_contextvars(task_token=",".join(tokens))
    tasks = await asyncio.to_thread(request.app[PARTS].records.read_tasks, tokens)
    base = base_url(request)
    return success(statuses={token: task_status(tasks[token], base) if token in tasks else None for token in tokens})


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
            raise BadTokensError(f"task_tokens is not valid: {token[:64]!r} is not a task token")
    return tokens


def _split(text: str) -> list[str]:
    if text.lstrip().startswith("["):
        try:
            items = json.loads(text)
        except (ValueError, RecursionError):
            items = [text]
        return [str(item).strip() for item in items]
    return [token.strip() for token in text.split(",") if token.strip()]
