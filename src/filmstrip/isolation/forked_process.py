"""The event loop's hold on a forked child: its streams, and a task that waits for its end."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from filmstrip.domain.errors import MediaProcessError
from filmstrip.isolation.fork_server import ForkServer, HasDescriptor


@dataclass(frozen=True)
class ForkedProcess:
    """A child process, which leads a process group of its own.

    Attributes:
        pid: Its process id.
        stdin: Its standard input.
        stdout: Its standard output.
        stderr: Its standard error.
        ending: Waits for its exit code, negative for a signal.
        pipes: What is closed when it is no longer read.
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


@dataclass(frozen=True, slots=True)
class Connections:
    """What a child is given in addition to pipes to us; it stays open on our side too.

    Attributes:
        stdout: What its standard output is, None for a pipe to us.
        others: What it has as descriptors 3 and so on.
    """

    stdout: HasDescriptor | None = None
    others: tuple[HasDescriptor, ...] = ()


_NO_CONNECTIONS = Connections()


async def fork_process(
    server: ForkServer, folder: Path, line_bytes: int, seconds: float, connections: Connections = _NO_CONNECTIONS
) -> ForkedProcess:
    """Have a child forked.

    Args:
        server: Forks it.
        folder: Its working directory.
        line_bytes: The longest line that is read of it.
        seconds: How long it may take.
        connections: What else it is given.

    Raises:
        MediaProcessError: It could not be started.
    """
    try:
        return await _fork(server, folder, line_bytes, seconds, connections)
    except MediaProcessError:
        # The server may have been killed in this very moment; if so, another one is started now.
        return await _fork(server, folder, line_bytes, seconds, connections)


async def _fork(
    server: ForkServer, folder: Path, line_bytes: int, seconds: float, connections: Connections
) -> ForkedProcess:
    with ExitStack() as undo, ExitStack() as theirs:
        files = [_pipe(undo, theirs, reads=reads) for reads in (False, True, True, True)]
        stdin = await _writer(files[0][0], undo)
        readers = [await _reader(ours, line_bytes, undo) for ours, _ in files[1:]]
        (stdout, out), (stderr, err), (exit_pipe, end) = readers
        stdin_end, stdout_end, stderr_end, exit_pipe_end = [given for _, given in files]
        streams = (stdin_end, connections.stdout or stdout_end, stderr_end)
        order = _Order(server, folder, [exit_pipe_end, *streams, *connections.others], theirs.pop_all())
        pid = await order.child_pid(exit_pipe, seconds)
        undo.pop_all()
    pipes = (stdin.transport, out, err, end)
    return ForkedProcess(pid, stdin, stdout, stderr, asyncio.create_task(_await_end(exit_pipe)), pipes)


@dataclass(frozen=True)
class _Order:
    """An order to the server, with the ends of pipes that it hands over."""

    server: ForkServer
    folder: Path
    files: Sequence[HasDescriptor]
    closing: ExitStack

    async def child_pid(self, exit_pipe: StreamReader, seconds: float) -> int:
        """Have the child forked, and wait until it is."""
        try:
            async with asyncio.timeout(seconds):
                await self._give()
                pid = await exit_pipe.readline()
        except TimeoutError:
            await asyncio.to_thread(self.server.close)
            raise MediaProcessError(f"The media process could not be started within {seconds:g} seconds") from None
        except OSError as error:
            raise MediaProcessError(f"The media process could not be started: {error.strerror}") from error
        if not pid:
            raise MediaProcessError("The media process could not be started")
        return int(pid)

    async def _give(self) -> None:
        giving = asyncio.ensure_future(asyncio.to_thread(self.server.order, self.folder, self.files))
        # A thread cannot be cancelled: what it sends must stay open until it has, whether a caller waits for it or not.
        giving.add_done_callback(self._close)
        await asyncio.shield(giving)

    def _close(self, giving: asyncio.Future[None]) -> None:
        self.closing.close()
        if not giving.cancelled():
            giving.exception()  # told to the caller that waits, if any


async def _await_end(exit_pipe: StreamReader) -> int:
    # Without a code the server was killed, and the child's end cannot be known: the caller that waits ends it as well.
    return int(await exit_pipe.readline() or -signal.SIGKILL)


def _pipe(undo: ExitStack, theirs: ExitStack, *, reads: bool) -> tuple[BinaryIO, BinaryIO]:
    """Make a pipe: the end that is ours, to read or to write, and the one that is handed over."""
    reading, writing = os.pipe()
    read_file, write_file = os.fdopen(reading, "rb", buffering=0), os.fdopen(writing, "wb", buffering=0)
    ours, given = (read_file, write_file) if reads else (write_file, read_file)
    undo.callback(ours.close)
    theirs.callback(given.close)
    return cast(BinaryIO, ours), cast(BinaryIO, given)


async def _reader(file: BinaryIO, line_bytes: int, undo: ExitStack) -> tuple[StreamReader, asyncio.BaseTransport]:
    reader = StreamReader(limit=line_bytes)
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    undo.callback(pipe.close)
    return reader, pipe


async def _writer(file: BinaryIO, undo: ExitStack) -> StreamWriter:
    loop = asyncio.get_running_loop()
    pipe, protocol = await loop.connect_write_pipe(lambda: asyncio.StreamReaderProtocol(StreamReader()), file)
    undo.callback(pipe.close)
    return StreamWriter(pipe, protocol, None, loop)
