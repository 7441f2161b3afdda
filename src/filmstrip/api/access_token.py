"""POST /v1/access_token: an API key opens a session of 24 hours."""

from __future__ import annotations

import asyncio

from aiohttp import web

from filmstrip.api.answer import api_path, success
from filmstrip.api.auth import require_key
from filmstrip.api.describing.operation import TEXT, TOKEN, Field, Operation
from filmstrip.api.parts import PARTS
from filmstrip.api.request_body import read_fields
from filmstrip.wire.status import expiry

routes = web.RouteTableDef()

operation = Operation(
    "access_token",
    "Open a session of 24 hours with an API key",
    (Field("api_key", "An API key: 12 to 128 printable characters without blanks", is_required=True),),
    {"token": TOKEN, "expire": TEXT},
)


@routes.post(api_path("access_token"))
async def access_token(request: web.Request) -> web.Response:
    """Open a session for the caller's key."""
    records = request.app[PARTS].records
    key = await require_key(await read_fields(request), request)
    token, expires_at = await asyncio.to_thread(records.sessions.create_session, key.id)
    return success(token=token, expire=expiry(expires_at))
