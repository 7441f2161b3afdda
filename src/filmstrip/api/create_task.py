"""POST /v1/create_task: a task that waits for its query. The published example calls it create_token."""

from __future__ import annotations

import asyncio

from aiohttp import web

from filmstrip.api.answer import api_path, base_url, success
from filmstrip.api.auth import require_session
from filmstrip.api.parts import PARTS
from filmstrip.api.request_body import read_fields

routes = web.RouteTableDef()


@routes.post(api_path("{method:create_task|create_token}"))
async def create_task(request: web.Request) -> web.Response:
    """Create a task and tell where its source may be uploaded to."""
    parts = request.app[PARTS]
    session = await require_session(await read_fields(request), parts.records)
    token = await asyncio.to_thread(parts.records.tasks.create_task, session.key_id, parts.settings.max_waiting_tasks)
    return success(task_token=token, upload_url=f"{base_url(request)}/v1/upload_file")
