"""A server program, started and stopped in a session of its own, so that all that it starts ends with it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_LOG_TAIL_BYTES = 2000
_PORTS = range(15000, 32000)
"""Below the ports that Linux gives to outgoing connections, so that none is taken before its server starts."""


def free_ports(count: int) -> list[int]:
    """Find distinct ports that nothing listens on."""
    found: set[int] = set()
    while len(found) < count:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.add(port)
    return list(found)


def ending_with_us(arguments: Sequence[str]) -> list[str]:
    """Make a command be killed when this process ends, however it ends, if there is a program that can do so.

    Linux watches the thread that starts it, so only the main thread may ask for that (prctl(2), PR_SET_PDEATHSIG).
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None or threading.current_thread() is not threading.main_thread():
        return list(arguments)
    return [setpriv, "--pdeathsig", "KILL", *arguments]


class RunningProgram:
    """A program that runs in the background until it is stopped."""

    def __init__(self, arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        """Start it.

        Args:
            arguments: The program and its arguments.
            log: File that gets its output.
            environment: Variables in addition to our own.
        """
        self._name = Path(arguments[0]).name
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - the callers are ours and name the program in full
                ending_with_us(arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | dict(environment or {}),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait_until(self, is_ready: Callable[[], bool], deadline_seconds: float) -> None:
        """Ask until the program is ready.

        Raises:
            RuntimeError: It ended, or the time is over; with the end of its output.
        """
        gives_up_at = time.monotonic() + deadline_seconds
        while not is_ready():
            if self._process.poll() is not None:
                raise RuntimeError(f"{self._name} ended with {self._process.returncode}: {self._log_tail()}")
            if time.monotonic() > gives_up_at:
                raise RuntimeError(f"{self._name} is not ready after {deadline_seconds} s: {self._log_tail()}")
            time.sleep(0.05)

    def stop(self, patience_seconds: float = 10.0) -> None:
        """Ask the program to end, and end it and whatever it started if it does not."""
        if self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience_seconds)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def interrupt(self, patience_seconds: float = 60.0) -> None:
        """Ask the program to end by SIGINT, which some take for more urgent than SIGTERM, and wait until it has."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(patience_seconds)

    def kill(self) -> None:
        """End the program at once, as a power cut would; what it started outlives it, if it can."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _log_tail(self) -> str:
        return self._log.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace")
