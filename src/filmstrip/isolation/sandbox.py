"""Runs media work in a child process with limits, so that a crash or a hang ends that work alone.

The child runs a module of ours (`fork_server`). It gets its request as one line of JSON on its standard input, never in
its arguments, where others could read it, and reports by lines of JSON on its standard output. Its standard input stays
open as a watchdog pipe: when this process dies, however it dies, the child reads the end and kills itself and all that
it started (`sandbox_child`).
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

from filmstrip.domain.errors import MediaProcessError, MediaProcessKilledError
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.isolation.forked_process import Connections, ForkedProcess, fork_process
from filmstrip.isolation.limits import ProcessLimits

GRACE_SECONDS = 5.0
"""How long a child has between SIGTERM and SIGKILL."""

_LINE_BYTES = 8 << 20
_STDERR_TAIL_BYTES = 16 << 10


@asynccontextmanager
async def run_in_sandbox(
    server: ForkServer, request: str, limits: ProcessLimits, folder: Path, handed: Sequence[socket.socket] = ()
) -> AsyncIterator[AsyncIterator[str]]:
    """Run a module of ours in a child process, and end it and all that it started at the end of the block.

    Args:
        server: Forks the child; its module has to begin with `sandbox_child.read_request`, `sandbox_child.confine` and
            `sandbox_child.watch_parent`.
        request: JSON text in one line.
        limits: The limits.
        folder: Its working directory.
        handed: What the child gets as descriptors 3 and so on; it is closed here.

    Yields:
        The lines that it reports. Iterating raises `MediaProcessError` if it crashes, breaks a limit or reports nothing
        for too long; the end of its standard error is a note of that exception, for the log.

    Raises:
        MediaProcessError: It could not be started.
    """
    try:
        process = await fork_process(server, folder, _LINE_BYTES, limits.stall_seconds, Connections(None, (*handed,)))
    finally:
        for each in handed:
            each.close()
    async with _ended(_Child(process, limits)) as child:
        await child.send(request)
        async with aclosing(child.lines()) as lines:
            yield lines


@asynccontextmanager
async def run_beside(
    server: ForkServer, request: str, limits: ProcessLimits, folder: Path
) -> AsyncIterator[socket.socket]:
    """Run a process of ours that serves one child process, and end it at the end of the block.

    Its standard output is a socket, whose other end is for the child; it reports nothing to us.

    Args:
        server: Forks it; its module has to begin like that of a child.
        request: JSON text in one line.
        limits: The limits.
        folder: Its working directory.

    Yields:
        The other end of the socket, for `run_in_sandbox` to hand over.

    Raises:
        MediaProcessError: It could not be started.
    """
    theirs, for_child = socket.socketpair()
    with theirs, for_child:
        connections = Connections(stdout=theirs)
        process = await fork_process(server, folder, _LINE_BYTES, limits.stall_seconds, connections)
        theirs.close()
        async with _ended(_Child(process, limits)) as child:
            await child.send(request)
            yield for_child


@asynccontextmanager
async def _ended(child: _Child) -> AsyncIterator[_Child]:
    try:
        yield child
    finally:
        await child.end()


class _Child:
    """A child process at work."""

    def __init__(self, process: ForkedProcess, limits: ProcessLimits) -> None:
        self._process = process
        self._limits = limits
        self._stderr_tail = bytearray()
        self._reading_stderr = asyncio.create_task(self._read_stderr())

    async def send(self, request: str) -> None:
        # A child that died before it could read this is told of by `lines`.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._process.stdin.write(request.encode() + b"\n")
            await self._process.stdin.drain()

    async def lines(self) -> AsyncGenerator[str, None]:
        while line := await self._next_line():
            yield line.decode(errors="replace")
        code = await self._process.exit_code(self._limits.stall_seconds)
        if code is None:
            raise self._error("The media process was ended: it did not end by itself")
        if code != 0:
            await asyncio.wait([self._reading_stderr], timeout=1)
            # Whatever a signal ended may have been innocent, except of using up its processor time.
            kind = MediaProcessKilledError if code < 0 and -code != signal.SIGXCPU else MediaProcessError
            raise self._error(_describe_end(code, self._limits), kind)

    async def end(self) -> None:
        """End the child and what it started: SIGTERM, a moment of grace, SIGKILL."""
        try:
            self._process.signal_group(signal.SIGTERM)
            await self._process.exit_code(GRACE_SECONDS)
        finally:
            # Also after the child's own end: its group outlives it if it crashed and left children of its own. And
            # a caller that cancels the wait above wants it over now.
            self._process.signal_group(signal.SIGKILL)
            await self._process.exit_code(GRACE_SECONDS)
            await self._process.close()
            await self._reading_stderr

    async def _next_line(self) -> bytes:
        seconds = self._limits.stall_seconds
        try:
            # Not `wait_for`, which begins a task for each line, also for those that are here already.
            async with asyncio.timeout(seconds):
                return await self._process.stdout.readline()
        except TimeoutError:
            raise self._error(f"The media process was ended: it reported nothing for {seconds:g} seconds") from None
        except ValueError:
            raise self._error("The media process was ended: it reported a line without end") from None

    async def _read_stderr(self) -> None:
        while data := await self._process.stderr.read(_STDERR_TAIL_BYTES):
            self._stderr_tail += data
            del self._stderr_tail[:-_STDERR_TAIL_BYTES]

    def _error(self, sentence: str, kind: type[MediaProcessError] = MediaProcessError) -> MediaProcessError:
        error = kind(sentence)
        error.add_note(self._stderr_tail.decode(errors="replace"))
        return error


def _describe_end(code: int, limits: ProcessLimits) -> str:
    if code > 0:
        return f"The media process failed (exit code {code})"
    if -code == signal.SIGXCPU:
        return f"The media process used up its processor time (limit {limits.cpu_limit_seconds} seconds)"
    if -code == signal.SIGKILL:
        return "The media process was killed (SIGKILL), as happens when the machine runs out of memory"
    return f"The media process crashed ({_signal_name(-code)})"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
