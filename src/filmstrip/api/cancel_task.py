"""POST /v1/cancel_task: end a task now. An addition of ours to Qencode's methods."""

from __future__ import annotations

from aiohttp import web

from filmstrip.api.answer import api_path, success
from filmstrip.api.describing.operation import TOKEN, Field, Operation
from filmstrip.api.owned_task import OWNER_FIELDS, owned_task
from filmstrip.api.parts import PARTS

routes = web.RouteTableDef()

operation = Operation(
    "cancel_task",
    "Cancel a task: its work ends, and what it has put at its destinations is removed",
    (Field("task_token", "Of create_task", TOKEN, is_required=True), *OWNER_FIELDS),
    {
        "task_token": TOKEN,
        "cancelled": {"const": 1},
        "removed": {"enum": [0, 1], "description": "Whether its files are gone; 0 if some are there still"},
    },
)


@routes.post(api_path("cancel_task"))
async def cancel_task(request: web.Request) -> web.Response:
    """Cancel the task, if it is the caller's; one that is cancelled already stays so."""
    token = await owned_task(request)
    is_removed = await request.app[PARTS].submitter.cancel(token)
    return success(task_token=token, cancelled=1, removed=int(is_removed))
