"""Takes in the bytes of a request: as they come, in pieces that are worth a write, none of them held in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from aiohttp import StreamReader, web

from filmstrip.api.uploading.headers import CutOffError
from filmstrip.api.uploading.threads import UploadThreads
from filmstrip.db.upload_records import Upload
from filmstrip.uploads.writing import UploadWriting

_PIECE_BYTES = 1 << 20
_PIECE_SECONDS = 1.0
_READ_BYTES = 32 << 10
_MOST_FOLLOWED = 3
_END_SECONDS = 5.0
"""How long a request waits for the end of the one that it follows."""


class Receiver:
    """One request that sends bytes; it can be told to end."""

    def __init__(self, content: StreamReader, idle_seconds: float) -> None:
        """Read nothing yet.

        Args:
            content: The body.
            idle_seconds: How long it may bring nothing; 0 for as long as it likes.
        """
        self._content = content
        self._idle_seconds = idle_seconds
        self._limit: asyncio.Timeout | None = None
        self._is_ended = False
        self.is_over = asyncio.Event()

    def end(self) -> None:
        """Take no more; what has come counts."""
        self._is_ended = True
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield what comes, in pieces of about 1 MiB, or of a second if it comes slowly.

        Raises:
            CutOffError: Nothing came for too long, the client went away, or this is to end. All that came was yielded.
        """
        loop = asyncio.get_running_loop()
        held, since = bytearray(), loop.time()
        while (data := await self._read()) is not None and data:
            since = since if held else loop.time()
            held += data
            if len(held) >= _PIECE_BYTES or loop.time() - since >= _PIECE_SECONDS:
                yield bytes(held)
                held.clear()
        if held:
            yield bytes(held)
        if data is None:
            raise CutOffError("The connection broke off, or brought nothing for too long: go on from where it is")

    async def _read(self) -> bytes | None:
        """Read what is there; nothing at the end, None if no more is to be expected."""
        if self._is_ended:
            return None
        try:
            async with asyncio.timeout(self._idle_seconds or None) as self._limit:
                data = await self._content.read(_READ_BYTES)
                # What came in chunks of a byte each is put together one by one: others have their turn in between.
                await asyncio.sleep(0)
                return data
        except (TimeoutError, web.RequestPayloadError, ConnectionError):
            return None
        finally:
            self._limit = None


class Receivers:
    """The requests that send bytes, one for each upload: the latest.

    A client whose connection broke comes back before we know of it. It knows best: the request before is ended.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._by_upload: dict[str, Receiver] = {}

    async def end(self, identity: str) -> None:
        """End the request that sends an upload, if there is one, and wait until what came of it counts."""
        before = self._by_upload.get(identity)
        if before is not None:
            before.end()
            with suppress(TimeoutError):
                async with asyncio.timeout(_END_SECONDS):
                    await before.is_over.wait()

    @asynccontextmanager
    async def following(self, identity: str, receiver: Receiver) -> AsyncIterator[None]:
        """Let a request be the one that sends an upload, until the block ends."""
        # Others may come while the one before ends.
        for _ in range(_MOST_FOLLOWED):
            if identity in self._by_upload:
                await self.end(identity)
        self._by_upload[identity] = receiver
        try:
            yield
        finally:
            receiver.is_over.set()
            if self._by_upload.get(identity) is receiver:
                del self._by_upload[identity]


@asynccontextmanager
async def writing_to(threads: UploadThreads, begin: Callable[[], UploadWriting]) -> AsyncIterator[UploadWriting]:
    """Write to an upload until the block ends; what `begin` opened (`Uploads.write`) is closed in any case."""
    opening = threads.run(begin)
    try:
        writing = await asyncio.shield(opening)
    except asyncio.CancelledError:
        # A thread cannot be cancelled: it goes on to lock the upload, although no caller waits.
        opening.add_done_callback(partial(_close_opened, threads))
        raise
    try:
        yield writing
    finally:
        await asyncio.shield(threads.run(writing.close))


def _close_opened(threads: UploadThreads, opening: asyncio.Future[UploadWriting]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        threads.run(opening.result().close)


async def receive(threads: UploadThreads, receiver: Receiver, writing: UploadWriting) -> Upload:
    """Append all that comes to an upload, and return how far it is then.

    Raises:
        CutOffError: Not all came; what did counts.
        UploadDamagedError: The bytes are not those of the checksum.
        UploadTooLargeError: More came than there may be.
        DiskFullError: There is no room.
    """
    is_whole = False
    try:
        async for piece in receiver.pieces():
            await threads.run(writing.write, piece)
        is_whole = True
    finally:
        # Also when the service stops: what came is not to be sent again.
        upload = await asyncio.shield(threads.run(writing.end, is_whole=is_whole))
    return upload
