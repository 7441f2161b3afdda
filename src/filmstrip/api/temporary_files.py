"""GET /storage/…: the files of outputs without a destination, for a day, with ranges, for every web page."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web

from filmstrip.api.parts import PARTS
from filmstrip.api.stored_objects import THREADS, send_object
from filmstrip.domain.errors import DestinationError, FilmstripError
from filmstrip.storage.own.keys import TEMPORARY_URL_PATH
from filmstrip.storage.own.serving import BucketObject, TemporaryObject

# A stored file is data of a stranger: no browser may guess that it is a page, nor run it if it is one.
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_RETRY_SECONDS = "5"

routes = web.RouteTableDef()
log = structlog.get_logger(__name__)


@routes.get(TEMPORARY_URL_PATH + "{key:.+}")
async def temporary_file(request: web.Request) -> web.StreamResponse:
    """Send a stored file, or the asked range of it (RFC 9110, 14)."""
    found = await _find(request)
    if found is None:
        raise web.HTTPNotFound
    headers = {**_HEADERS, "Content-Type": found.content_type}
    if not isinstance(found, BucketObject):
        return web.FileResponse(found.path, headers=headers)
    if found.url is not None:
        # For less than the signature is good.
        raise web.HTTPFound(found.url, headers={"Cache-Control": "private, max-age=1800"})
    return await send_object(request, found, headers)


async def _find(request: web.Request) -> TemporaryObject | None:
    find, key = request.app[PARTS].find_object, request.match_info["key"]
    try:
        return await asyncio.get_running_loop().run_in_executor(request.app[THREADS], find, key)
    except FilmstripError as error:
        log.warning(
            "temporary_file_not_found_out", kind=type(error).__name__, is_of_bucket=isinstance(error, DestinationError)
        )
        raise web.HTTPServiceUnavailable(text=f"{error}\n", headers={"Retry-After": _RETRY_SECONDS}) from None
