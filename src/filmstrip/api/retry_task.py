"""POST /v1/retry_task: begin a failed task again, as a new one. An addition of ours to Qencode's methods."""

from __future__ import annotations

import structlog
from aiohttp import web

from filmstrip.api.answer import api_path, base_url, success
from filmstrip.api.describing.operation import TEXT, TOKEN, Field, Operation
from filmstrip.api.owned_task import OWNER_FIELDS, owned_task
from filmstrip.api.parts import PARTS
from filmstrip.wire.status import STATUS_PATH

routes = web.RouteTableDef()

operation = Operation(
    "retry_task",
    "Begin a task again that failed or was cancelled, with the same query, as a new task",
    (Field("task_token", "Of the task that failed", TOKEN, is_required=True), *OWNER_FIELDS),
    {"task_token": {**TOKEN, "description": "Of the new task"}, "retry_of": TOKEN, "status_url": TEXT},
)


@routes.post(api_path("retry_task"))
async def retry_task(request: web.Request) -> web.Response:
    """Begin the task again, if it is the caller's; it is begun again once, and then the new one is."""
    token = await owned_task(request)
    new = await request.app[PARTS].submitter.retry(token, base_url(request))
    structlog.contextvars.bind_contextvars(new_task_token=new)
    return success(task_token=new, retry_of=token, status_url=base_url(request) + STATUS_PATH)
