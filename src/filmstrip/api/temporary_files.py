"""GET /storage/…: the files of outputs without a destination, for a day, with ranges, for every web page."""

from __future__ import annotations

import asyncio

from aiohttp import web

from filmstrip.api.parts import PARTS
from filmstrip.storage.temporary import TEMPORARY_URL_PATH

# A stored file is data of a stranger: no browser may guess that it is a page, nor run it if it is one.
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

routes = web.RouteTableDef()


@routes.get(TEMPORARY_URL_PATH + "{key:.+}")
async def temporary_file(request: web.Request) -> web.StreamResponse:
    """Send a stored file, or the asked range of it (RFC 9110, 14)."""
    found = await asyncio.to_thread(request.app[PARTS].find_object, request.match_info["key"])
    if found is None:
        raise web.HTTPNotFound
    return web.FileResponse(found.path, headers={**_HEADERS, "Content-Type": found.content_type})
