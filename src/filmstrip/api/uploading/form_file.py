"""A file in a multipart form, as browsers and `curl -F file=@film.mp4` send it, streamed into an upload."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from email.message import Message
from functools import partial

from aiohttp import web

from filmstrip.api.errors import BodyError
from filmstrip.api.uploading.desk import Desk
from filmstrip.api.uploading.receiving import Receiver, writing_to
from filmstrip.db.records import NewUpload, Upload

_MOST_LEADING_BYTES = 64 << 10
_MOST_LEADING_PARTS = 50
_LONGEST_TYPE = 300
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}")
_FILE = re.compile(rb'content-disposition:\s*form-data;[^\r\n]*?\bname="?file"?;[^\r\n]*?filename', re.IGNORECASE)


async def receive_form(request: web.Request, desk: Desk, task_token: str) -> Upload:
    """Take in the field `file` of a form as an upload that is complete; nothing is left of one that breaks off.

    Raises:
        BodyError: The body is no form with such a field.
        CutOffError: Not all of it came.
        UploadError: There is no such task, or the file is too large.
        DiskFullError: There is no room.
    """
    boundary = _boundary(request)
    arriving = Receiver(request.content, desk.uploads.settings.upload_idle_seconds).pieces()
    async with aclosing(arriving), aclosing(file_content(arriving, boundary)) as content:
        first = await anext(content)
        made = await desk.threads.run(desk.uploads.create, NewUpload(task_token, None))
        try:
            async with writing_to(desk.threads, partial(desk.uploads.write, task_token, made.identity, 0)) as writing:
                await desk.threads.run(writing.write, first)
                async for data in content:
                    await desk.threads.run(writing.write, data)
                return await desk.threads.run(writing.end_as_whole)
        except BaseException:
            await asyncio.shield(desk.threads.run(desk.uploads.remove, task_token, made.identity))
            raise


def _boundary(request: web.Request) -> bytes:
    told = request.headers.get("Content-Type", "")
    head = Message()
    head["Content-Type"] = told[:_LONGEST_TYPE]
    boundary = str(head.get_param("boundary", ""))
    if len(told) > _LONGEST_TYPE or _BOUNDARY.fullmatch(boundary) is None:
        raise BodyError("The body is not a multipart form: its Content-Type names no boundary")
    return boundary.encode()


async def file_content(arriving: AsyncIterator[bytes], boundary: bytes) -> AsyncGenerator[bytes, None]:
    """Yield the content of the field `file`, at least once (RFC 7578; delimiters as in RFC 2046, 5.1.1).

    Raises:
        BodyError: There is no such field, or the form breaks off in it.
    """
    delimiter = b"\r\n--" + boundary
    held, is_inside, parts = b"\r\n", False, 0
    async for data in arriving:
        held += data
        while not is_inside and (found := _next_head(held, delimiter)) is not None:
            is_inside, held, parts = bool(_FILE.search(found[0])), found[1], parts + 1
            if parts > _MOST_LEADING_PARTS:
                break
        if not is_inside and (len(held) > _MOST_LEADING_BYTES or parts > _MOST_LEADING_PARTS):
            break
        if not is_inside:
            continue
        end = held.find(delimiter)
        if end >= 0:
            yield held[:end]
            return
        # The delimiter may have come in part.
        certain = len(held) - len(delimiter) + 1
        if certain > 0:
            yield held[:certain]
            held = held[certain:]
    if is_inside:
        raise BodyError("The form breaks off in its file")
    raise BodyError('The form has no file in a field that is called "file"')


def _next_head(held: bytes, delimiter: bytes) -> tuple[bytes, bytes] | None:
    """Find the head of the next part, and what follows it; None if it has not come yet."""
    start = held.find(delimiter)
    end = held.find(b"\r\n\r\n", start) if start >= 0 else -1
    return None if end < 0 else (held[start:end], held[end + 4 :])
