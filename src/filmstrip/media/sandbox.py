"""How is media work kept apart? In a child process with limits, so that a crash or a hang ends that work alone.

The child is a module of ours. It gets its request as one line of JSON on its standard input, never in its arguments,
where others could read it, and reports by lines of JSON on its standard output. Its standard input stays open as a
leash: when this process dies, however it dies, the child reads the end and kills itself and all that it started
(`sandbox_child`).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

from filmstrip.domain.errors import MediaProcessError
from filmstrip.media.settings import MediaSettings

GRACE_SECONDS = 5.0
"""How long a child has between SIGTERM and SIGKILL."""

_LINE_BYTES = 8 << 20
_STDERR_TAIL_BYTES = 16 << 10
_POLL_SECONDS = 0.005
# Nothing else is handed down: the service's own settings, which may hold secrets, are in its environment.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "SSL_CERT_FILE")


@asynccontextmanager
async def run_in_sandbox(
    module: str, request: str, settings: MediaSettings, folder: Path
) -> AsyncIterator[AsyncIterator[str]]:
    """Run a module of ours as a child process, and end it and all that it started at the end of the block.

    Args:
        module: Its name; it has to begin with `sandbox_child.read_request` and `sandbox_child.confine`.
        request: JSON text in one line.
        settings: The limits.
        folder: Its working directory.

    Yields:
        The lines that it reports. Iterating raises `MediaProcessError` if it crashes, breaks a limit or reports nothing
        for too long; the end of its standard error is a note of that exception, for the log.
    """
    process = await asyncio.create_subprocess_exec(
        # -P: no module is ever looked for in the folder, where names come from outside.
        *(sys.executable, "-P", "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        start_new_session=True,
        limit=_LINE_BYTES,
    )
    child = _Child(process, settings)
    try:
        await child.send(request)
        async with aclosing(child.lines()) as lines:
            yield lines
    finally:
        await child.end()


class _Child:
    """A child process at work."""

    def __init__(self, process: asyncio.subprocess.Process, settings: MediaSettings) -> None:
        self._process = process
        self._settings = settings
        self._stdin: StreamWriter = process.stdin  # type: ignore[assignment]  # it was started with pipes
        self._stdout: StreamReader = process.stdout  # type: ignore[assignment]
        self._stderr: StreamReader = process.stderr  # type: ignore[assignment]
        self._stderr_tail = bytearray()
        self._reading_stderr = asyncio.create_task(self._read_stderr())

    async def send(self, request: str) -> None:
        # A child that died before it could read this is told of by `lines`.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._stdin.write(request.encode() + b"\n")
            await self._stdin.drain()

    async def lines(self) -> AsyncGenerator[str, None]:
        while line := await self._next_line():
            yield line.decode(errors="replace")
        code = await self._exit_code(self._settings.stall_seconds)
        if code is None:
            raise self._error("The media process was ended: it did not end by itself")
        if code != 0:
            await asyncio.wait([self._reading_stderr], timeout=1)
            raise self._error(_describe_end(code, self._settings))

    async def end(self) -> None:
        """End the child and what it started: SIGTERM, a moment of grace, SIGKILL."""
        try:
            self._signal(signal.SIGTERM)
            await self._exit_code(GRACE_SECONDS)
        finally:
            # Also after the child's own end: its group outlives it where it crashed and left children of its own. And
            # whoever cancels the wait above wants it over now.
            self._signal(signal.SIGKILL)
            await self._exit_code(GRACE_SECONDS)
            await self._close()

    async def _exit_code(self, seconds: float) -> int | None:
        """Wait for the exit code; None if it does not come in time.

        asyncio's own wait() lasts until all pipes are closed, which children of the child may keep open
        (python/cpython#119710, solved in 3.13).
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        while self._process.returncode is None and clock() < deadline:  # noqa: ASYNC110 - nothing else tells of it
            await asyncio.sleep(_POLL_SECONDS)
        return self._process.returncode

    async def _close(self) -> None:
        self._stdin.close()
        # asyncio gives a pipe back when it was read to its end.
        rest = asyncio.gather(self._stdout.read(), self._reading_stderr)
        with suppress(TimeoutError):
            await asyncio.wait_for(rest, GRACE_SECONDS)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    async def _next_line(self) -> bytes:
        seconds = self._settings.stall_seconds
        try:
            return await asyncio.wait_for(self._stdout.readline(), seconds)
        except TimeoutError:
            raise self._error(f"The media process was ended: it reported nothing for {seconds:g} seconds") from None
        except ValueError:
            raise self._error("The media process was ended: it reported a line without end") from None

    async def _read_stderr(self) -> None:
        while data := await self._stderr.read(_STDERR_TAIL_BYTES):
            self._stderr_tail += data
            del self._stderr_tail[:-_STDERR_TAIL_BYTES]

    def _error(self, sentence: str) -> MediaProcessError:
        error = MediaProcessError(sentence)
        error.add_note(self._stderr_tail.decode(errors="replace"))
        return error


def _describe_end(code: int, settings: MediaSettings) -> str:
    if code > 0:
        return f"The media process failed (exit code {code})"
    if -code == signal.SIGXCPU:
        return f"The media process used up its processor time (limit {settings.cpu_limit_seconds} seconds)"
    if -code == signal.SIGKILL:
        return "The media process was killed (SIGKILL), as happens when the machine runs out of memory"
    return f"The media process crashed ({_signal_name(-code)})"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
