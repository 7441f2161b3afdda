"""How does the event loop hold on to a forked child? By its streams, and by a task that waits for its end."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from filmstrip.domain.errors import MediaProcessError
from filmstrip.media.fork_server import ForkServer


@dataclass(frozen=True)
class ForkedProcess:
    """A child process, which leads a process group of its own.

    Attributes:
        pid: Its process id.
        stdin: Its standard input.
        stdout: Its standard output.
        stderr: Its standard error.
        ending: Waits for its exit code, negative for a signal.
        pipes: What is closed when nobody reads of it any more.
    """

    pid: int
    stdin: StreamWriter
    stdout: StreamReader
    stderr: StreamReader
    ending: asyncio.Task[int]
    pipes: tuple[asyncio.BaseTransport, ...]

    async def close(self) -> None:
        """Read nothing more of it."""
        for pipe in self.pipes:
            pipe.close()
        # The event loop closes the descriptors in its next round.
        await asyncio.sleep(0)

    async def exit_code(self, seconds: float) -> int | None:
        """Wait for the exit code; None if it does not come in time."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(self.ending), seconds)
        return None

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to it and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


async def fork_process(server: ForkServer, folder: Path, line_bytes: int) -> ForkedProcess:
    """Have a child forked.

    Args:
        server: Forks it.
        folder: Its working directory.
        line_bytes: The longest line that is read of it.

    Raises:
        MediaProcessError: It could not be started.
    """
    try:
        return await _fork(server, folder, line_bytes)
    except MediaProcessError:
        # The server may have been killed in this very moment; if so, another one is started now.
        return await _fork(server, folder, line_bytes)


async def _fork(server: ForkServer, folder: Path, line_bytes: int) -> ForkedProcess:
    (child_in, our_in), (our_out, child_out), (our_err, child_err), (our_life, child_life) = (os.pipe() for _ in "1234")
    theirs = (child_in, child_out, child_err, child_life)
    stdin = await _writer(our_in)
    (stdout, out), (stderr, err), (life, end) = [
        await _reader(each, line_bytes) for each in (our_out, our_err, our_life)
    ]
    pipes = (stdin.transport, out, err, end)
    try:
        pid = await _order(server, folder, theirs, life)
    except BaseException:
        # Whatever was started finds no request, and ends.
        for pipe in pipes:
            pipe.close()
        raise
    return ForkedProcess(pid, stdin, stdout, stderr, asyncio.create_task(_await_end(life)), pipes)


async def _order(server: ForkServer, folder: Path, theirs: Sequence[int], life: StreamReader) -> int:
    try:
        await asyncio.to_thread(server.order, folder, theirs)
    except OSError as error:
        raise MediaProcessError(f"The media process could not be started: {error.strerror}") from error
    finally:
        for descriptor in theirs:
            os.close(descriptor)
    pid = await life.readline()
    if not pid:
        raise MediaProcessError("The media process could not be started")
    return int(pid)


async def _await_end(life: StreamReader) -> int:
    # Without a code the server was killed, and nobody can tell how the child ends: whoever waits ends it as well.
    return int(await life.readline() or -signal.SIGKILL)


async def _reader(descriptor: int, line_bytes: int) -> tuple[StreamReader, asyncio.BaseTransport]:
    reader = StreamReader(limit=line_bytes)
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), _file(descriptor))
    return reader, pipe


async def _writer(descriptor: int) -> StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(StreamReader()), _file(descriptor, "wb")
    )
    return StreamWriter(transport, protocol, None, loop)


def _file(descriptor: int, mode: str = "rb") -> BinaryIO:
    file: BinaryIO = os.fdopen(descriptor, mode, buffering=0)  # type: ignore[assignment]  # raw for want of a buffer
    return file
