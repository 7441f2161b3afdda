"""GET /v1/openapi.json and GET /v1/openapi.html: what the API is, for programs and for people."""

from __future__ import annotations

import json
from functools import cache

from aiohttp import web

from filmstrip.api.answer import api_path
from filmstrip.api.describing.document import openapi
from filmstrip.api.describing.page import page
from filmstrip.api.reading import read_apart

routes = web.RouteTableDef()

_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


@routes.get(api_path("openapi.json"))
async def document(request: web.Request) -> web.Response:
    """Send the OpenAPI document."""
    return web.Response(text=await read_apart(request, _text), content_type="application/json")


@routes.get(api_path("openapi.html"))
async def shown_document(request: web.Request) -> web.Response:
    """Send the page."""
    return web.Response(text=await read_apart(request, page), content_type="text/html", headers=_PAGE_HEADERS)


@cache
def _text() -> str:
    return json.dumps(openapi())
