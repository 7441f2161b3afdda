"""One SFTP session over one SSH connection, held to the egress policy; for blocking callers in any thread.

asyncssh works in an event loop. It gets one in a thread of its own, in which nothing else runs, for as long as the
session is open; callers hand it a piece of work at a time and wait for that, with a deadline.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from typing import Any, TypeVar

import asyncssh

from filmstrip.storage.host_place import HostPlace
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sftp.connecting import connect

_CLOSING_SECONDS = 5.0

SftpFailure = (asyncssh.Error, asyncssh.KeyImportError, OSError)
"""What a session may raise."""

T = TypeVar("T")


class SftpSession:
    """A session that is made when it is first needed, and again after it broke; may be used by several threads."""

    def __init__(self, place: HostPlace, settings: StorageSettings) -> None:
        """Prepare it; nothing is sent yet."""
        self._place = place
        self._settings = settings
        self._connecting = threading.Lock()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None
        self._end: Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def client(self) -> asyncssh.SFTPClient:
        """Return what the session is spoken to by; it is made anew if there is none.

        Raises:
            HostNotAllowedError: The operator does not allow the host.
            OSError, asyncssh.Error, asyncssh.KeyImportError: The server cannot be reached, or refuses.
        """
        with self._connecting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_run, args=(self._loop,), name="sftp", daemon=True)
                self._thread.start()
            if self._client is None or self._connection is None or self._connection.is_closed():
                self._connection = self._client = None
                seconds = self._settings.read_timeout_seconds
                self._connection = self.run(connect(self._place, self._settings), seconds)
                self._client = self.run(_begun(self._connection), seconds)
                self._end = self.start(_end_together(self._client, self._connection))
            return self._client

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin a piece of work of the session, once there is one."""
        if self._loop is None:
            raise RuntimeError("There is no session")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def wait(self, begun: Future[T], seconds: float) -> T:
        """Wait for a piece of work.

        Args:
            begun: What is waited for.
            seconds: How long it may take.

        Raises:
            TimeoutError: It takes longer; the connection is given up.
        """
        try:
            return begun.result(seconds)
        except FutureTimeoutError:
            begun.cancel()
            self._break()
            raise TimeoutError("The SFTP server does not answer in time") from None

    def run(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Begin a piece of work and wait for it, as `wait`."""
        return self.wait(self.start(work), seconds)

    def close(self) -> None:
        """End the session and its thread."""
        if self._loop is None or self._thread is None:
            return
        if self._connection is not None:
            self._break()
            with suppress(*SftpFailure, FutureTimeoutError):
                self.start(self._connection.wait_closed()).result(_CLOSING_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = None

    def _break(self) -> None:
        """Break the connection: what is under way ends with an error, and the next use makes a new one."""
        if self._connection is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._connection.abort)


async def _begun(connection: asyncssh.SSHClientConnection) -> asyncssh.SFTPClient:
    return await connection.start_sftp_client()


async def _end_together(client: asyncssh.SFTPClient, connection: asyncssh.SSHClientConnection) -> None:
    """Break the connection when the session in it ends, as when the server's own process for it dies."""
    await client.wait_closed()
    connection.abort()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """Run an event loop until it is stopped, and end what is left in it."""
    loop.run_forever()
    loop.run_until_complete(_end_others())


async def _end_others() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
