"""Who may change a task: whoever may submit, with the API key that made it, and who may do everything."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web

from filmstrip.api.auth import demand_scope, require_key, require_session, token_field
from filmstrip.api.describing.operation import TOKEN, Field
from filmstrip.api.parts import PARTS
from filmstrip.api.request_body import read_fields
from filmstrip.domain.errors import TokenNotFoundError
from filmstrip.domain.scope import Scope

OWNER_FIELDS = (
    Field("token", "Of access_token, whose key made the task or has the scope admin; this or api_key", TOKEN),
    Field("api_key", "The key itself"),
)
"""By what a request says who it comes from."""


async def owned_task(request: web.Request) -> str:
    """Read which task a request is about, and make sure that it comes from who may change that.

    Raises:
        FieldRequiredError: The request does not say which task it is about, or who it comes from.
        BadTokenError: A token does not have the form of one.
        TokenNotFoundError: There is no such session, or no such task of this key's.
        ScopeError: Its key may not submit.
        FilmstripError: As `require_key` and `require_session` raise it.
    """
    fields = await read_fields(request)
    token = token_field(fields, "task_token")
    structlog.contextvars.bind_contextvars(task_token=token)
    by_key = fields.text("token") is None and fields.text("api_key") is not None
    key = await (require_key if by_key else require_session)(fields, request)
    demand_scope(key, Scope.SUBMIT)
    found = (await asyncio.to_thread(request.app[PARTS].records.tasks.read_tasks, [token])).get(token)
    # One of another key is not told from none.
    if found is None or not (key.may(Scope.ADMIN) or found.key_id == key.id):
        raise TokenNotFoundError
    return token
