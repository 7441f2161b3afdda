"""POST /v1/start_encode2: start a task with everything that the client wants of it."""

from __future__ import annotations

from aiohttp import web

from filmstrip.api.answer import api_path
from filmstrip.api.auth import count_waiting, token_field
from filmstrip.api.describing.operation import TEXT, TOKEN, Field, Operation, json_text, ref
from filmstrip.api.describing.start_fields import CLIP_FIELDS, PAYLOAD
from filmstrip.api.fields import Fields
from filmstrip.api.request_body import read_fields
from filmstrip.api.starting import start_task

routes = web.RouteTableDef()

operation = Operation(
    "start_encode2",
    "Start a task with a query",
    (
        Field("task_token", "Of create_task", TOKEN, is_required=True),
        Field("query", "What to make of which source", json_text(ref("wrapped_query")), is_required=True),
        PAYLOAD,
        *CLIP_FIELDS,
    ),
    {"status_url": TEXT},
    calls_back=True,
)


@routes.post(api_path("start_encode2"))
async def start_encode2(request: web.Request) -> web.Response:
    """Submit the task with the query of the request."""
    fields = await read_fields(request)
    token = token_field(fields, "task_token")
    fields.required("query")
    await count_waiting(request, token)
    return await start_task(request, fields, token, _query)


def _query(fields: Fields) -> str:
    return fields.required("query")
