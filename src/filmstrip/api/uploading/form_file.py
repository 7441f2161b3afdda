"""A file in a multipart form, as browsers and `curl -F file=@film.mp4` send it, streamed into an upload."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from email.message import Message
from functools import partial

from aiohttp import StreamReader, web

from filmstrip.api.errors import BodyError, BodyTooSlowError
from filmstrip.api.parts import PARTS
from filmstrip.api.uploading.desk import Desk
from filmstrip.api.uploading.headers import CutOffError
from filmstrip.api.uploading.receiving import Receiver, writing_to
from filmstrip.db.upload_records import Upload

_MOST_LEADING_BYTES = 64 << 10
_MOST_LEADING_PARTS = 50
_LONGEST_TYPE = 300
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}")
_MOST_HEAD_BYTES = 4000
_NO_FILE = 'The form has no file in a field that is called "file"'


async def receive_form(request: web.Request, desk: Desk, task_token: str) -> Upload:
    """Take in the field `file` of a form as an upload that is complete; nothing is left of one that breaks off.

    There has to be a task, and the file has to begin soon: what a stranger sends holds a connection only briefly.

    Raises:
        BodyError: The body is no form with such a field, its file does not begin in time, or not all of it came.
        UploadError: There is no such task, or the file is too large.
        DiskFullError: There is no room.
    """
    boundary, body_seconds = _boundary(request), request.app[PARTS].settings.body_seconds
    await desk.threads.run(desk.uploads.demand_task, task_token)
    arriving = _pieces(request.content, desk.uploads.settings.upload_idle_seconds)
    async with aclosing(arriving), aclosing(file_content(arriving, boundary)) as content:
        try:
            async with asyncio.timeout(body_seconds or None):
                first = await anext(content)
        except TimeoutError:
            raise BodyTooSlowError(f"The file of the form did not begin within {body_seconds:g} seconds") from None
        async with writing_to(desk.threads, partial(desk.uploads.write_whole, task_token)) as writing:
            await desk.threads.run(writing.write, first)
            async for data in content:
                await desk.threads.run(writing.write, data)
            return await desk.threads.run(writing.end_as_whole)


async def _pieces(content: StreamReader, idle_seconds: float) -> AsyncGenerator[bytes, None]:
    """Yield what comes of a form, which nobody can go on with when it breaks off."""
    async with aclosing(Receiver(content, idle_seconds).pieces()) as pieces:
        try:
            async for piece in pieces:
                yield piece
        except CutOffError:
            raise BodyTooSlowError("The form broke off, or brought nothing for too long: send it once more") from None


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
            parts += 1
            if parts > _MOST_LEADING_PARTS:
                raise BodyError(f"The form has more than {_MOST_LEADING_PARTS} parts before its file")
            is_inside, held = _names_file(found[0]), found[1]
        if not is_inside and len(held) > _MOST_LEADING_BYTES:
            raise BodyError(_NO_FILE)
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
    raise BodyError("The form breaks off in its file" if is_inside else _NO_FILE)


def _next_head(held: bytes, delimiter: bytes) -> tuple[bytes, bytes] | None:
    """Find the head of the next part, and what follows it; None if it has not come yet."""
    start = held.find(delimiter)
    if start < 0:
        return None
    start += len(delimiter)
    end = held.find(b"\r\n\r\n", start, start + _MOST_HEAD_BYTES)
    if end < 0 and len(held) - start > _MOST_HEAD_BYTES:
        raise BodyError("A part of the form has no head of a sensible length")
    return None if end < 0 else (held[start:end], held[end + 4 :])


def _names_file(head: bytes) -> bool:
    """Check whether a part is a file in the field `file`; each line and parameter is looked at once."""
    for line in head.lower().split(b"\r\n"):
        name, _, rest = line.partition(b":")
        if name.strip() == b"content-disposition":
            told = dict(_parameter(each) for each in rest.split(b";"))
            return told.get(b"name") == b"file" and bool({b"filename", b"filename*"} & told.keys())
    return False


def _parameter(text: bytes) -> tuple[bytes, bytes]:
    name, _, value = text.partition(b"=")
    return name.strip(), value.strip().strip(b'"')
