"""Sends objects of the operator's bucket, whole or in ranges (RFC 9110, 13 and 14)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime
from http import HTTPStatus

import structlog
from aiohttp import web

from filmstrip.domain.errors import FilmstripError
from filmstrip.storage.own.serving import BucketObject

THREADS: web.AppKey[ThreadPoolExecutor] = web.AppKey("storage_threads", ThreadPoolExecutor)
"""Threads that ask the store: one that does not answer holds up nothing else."""

_AT_ONCE = 16
log = structlog.get_logger(__name__)


def add_threads(app: web.Application) -> None:
    """Let an application ask the store, until it ends."""
    app[THREADS] = ThreadPoolExecutor(_AT_ONCE, "storage")

    async def end(app: web.Application) -> None:
        app[THREADS].shutdown(wait=False, cancel_futures=True)

    app.on_cleanup.append(end)


async def send_object(request: web.Request, found: BucketObject, headers: Mapping[str, str]) -> web.StreamResponse:
    """Send an object, or the asked range of it.

    If the bucket breaks off, the connection ends, so that nobody takes what came for the whole.
    """
    modified = format_datetime(found.modified_at.replace(microsecond=0), usegmt=True)
    headers = {**headers, "ETag": found.etag, "Last-Modified": modified, "Accept-Ranges": "bytes"}
    if _is_known(request, found):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    asked = _asked_range(request, found)
    if asked is None:
        size = {"Content-Range": f"bytes */{found.size_bytes}"}
        return web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers={**headers, **size})
    start, end = asked
    is_part = (start, end) != (0, found.size_bytes) or _has_range(request, found)
    response = web.StreamResponse(status=HTTPStatus.PARTIAL_CONTENT if is_part else HTTPStatus.OK, headers=headers)
    if is_part:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size_bytes}"
    response.content_length = end - start
    await response.prepare(request)
    if request.method != "HEAD":
        await _send(request, response, found.read(start, end))
    return response


async def _send(request: web.Request, response: web.StreamResponse, blocks: Iterator[bytes]) -> None:
    loop = asyncio.get_running_loop()
    try:
        while block := await loop.run_in_executor(request.app[THREADS], next, blocks, b""):
            await response.write(block)
    except (FilmstripError, FileNotFoundError) as error:
        log.warning("temporary_file_broken_off", kind=type(error).__name__)
        if request.transport is not None:
            request.transport.abort()
        return
    await response.write_eof()


def _is_known(request: web.Request, found: BucketObject) -> bool:
    """Check whether the client has the object already (RFC 9110, 13.2.2)."""
    if request.if_none_match is not None:
        return any(tag.value in {"*", found.etag.strip('"')} for tag in request.if_none_match)
    since = request.if_modified_since
    return since is not None and found.modified_at.replace(microsecond=0) <= since


def _has_range(request: web.Request, found: BucketObject) -> bool:
    """Check whether a part of the object is asked for, and of this one (RFC 9110, 13.1.5)."""
    if "Range" not in request.headers:
        return False
    only_if = request.headers.get("If-Range")
    if only_if is None or only_if == found.etag:
        return True
    since = request.if_range
    return since is not None and found.modified_at.replace(microsecond=0) <= since


def _asked_range(request: web.Request, found: BucketObject) -> tuple[int, int] | None:
    """Return the asked bytes, from the first one to before the last one; None if there are no such."""
    size = found.size_bytes
    if not _has_range(request, found):
        return 0, size
    try:
        asked = request.http_range
    except ValueError:
        return None
    start, end, _step = asked.indices(size)
    if (asked.start is not None and asked.start >= size) or end <= start:
        return None
    return start, end
