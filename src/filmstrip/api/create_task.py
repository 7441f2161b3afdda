"""POST /v1/create_task: a task that waits for its query. The published example calls it create_token."""

from __future__ import annotations

import asyncio

from aiohttp import web

from filmstrip.api.answer import api_path, base_url, success
from filmstrip.api.auth import demand_scope, require_session
from filmstrip.api.describing.operation import TEXT, TOKEN, Field, Operation
from filmstrip.api.errors import AWAY_SECONDS, BusyError
from filmstrip.api.parts import PARTS
from filmstrip.api.request_body import read_fields
from filmstrip.domain.errors import DatabaseAwayError
from filmstrip.domain.scope import Scope

routes = web.RouteTableDef()

operation = Operation(
    "create_task",
    "Create a task; its source may be uploaded below upload_url and the task's token",
    (Field("token", "Of access_token", TOKEN, is_required=True),),
    {"task_token": TOKEN, "upload_url": TEXT},
)


@routes.post(api_path("{method:create_task|create_token}"))
async def create_task(request: web.Request) -> web.Response:
    """Create a task and tell where its source may be uploaded to."""
    parts = request.app[PARTS]
    fields = await read_fields(request)
    try:
        key = await require_session(fields, request)
        demand_scope(key, Scope.SUBMIT)
        token = await asyncio.to_thread(parts.records.tasks.create_task, key.id, parts.settings.max_waiting_tasks)
    except DatabaseAwayError as error:
        # With HTTP status 200, unlike elsewhere: clients read the sentence, and how long to wait.
        raise BusyError(str(error), AWAY_SECONDS) from None
    return success(task_token=token, upload_url=f"{base_url(request)}/v1/upload_file")
