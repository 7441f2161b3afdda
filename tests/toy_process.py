"""How does a toy server start in milliseconds? As a fork of a process that has loaded it, once for all tests."""

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import IO, TextIO

from filmstrip.isolation.fork_server import ForkServer

PROGRAM = "toy_server"
# A process that forks has one thread; OpenBLAS starts one for each core when numpy is loaded.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}


class LoadedServers(ForkServer):
    """Forks toy servers. Each has the environment of the tests, as a program that a test starts has."""

    def _begin(self, orders: socket.socket) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "filmstrip.isolation.forking", PROGRAM],
            stdin=orders.fileno(),
            stdout=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)} | ONE_THREAD,
            start_new_session=True,
        )

    @property
    def pid(self) -> int | None:
        """The process that forks them, None before the first one."""
        return self._process and self._process.pid


@cache
def loaded_servers() -> LoadedServers:
    """The one of this process, which ends with it, however it ends: then its orders end."""
    servers = LoadedServers(PROGRAM)
    atexit.register(servers.close)
    return servers


class ToyProcess:
    """A toy server, held as `subprocess.Popen` holds a program."""

    def __init__(self, log: IO[str]) -> None:
        """Start it; it waits for its first line."""
        with ExitStack() as theirs:
            (self._life, stdin, self.stdout), ends = _pipes(theirs)
            self.stdin: TextIO = stdin
            loaded_servers().order(Path.cwd(), [*ends, log])
        self.returncode: int | None = None
        self.pid = int(self._life.readline())

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        return self._ended(0)

    def wait(self, seconds: float) -> int:
        """Wait for its exit code, negative for a signal."""
        code = self._ended(seconds)
        assert code is not None, f"the toy server lives on after {seconds} s"
        return code

    def _ended(self, seconds: float) -> int | None:
        if self.returncode is None and select.select([self._life], [], [], seconds)[0]:
            with self._life:
                self.returncode = int(self._life.readline())
        return self.returncode


def _pipes(theirs: ExitStack) -> tuple[tuple[TextIO, TextIO, TextIO], list[IO[bytes]]]:
    """Make pipes for its life, its standard input and its standard output: our ends, and theirs."""
    (life, life_end), (stdin_end, stdin), (stdout, stdout_end) = os.pipe(), os.pipe(), os.pipe()
    ends: list[IO[bytes]] = [os.fdopen(life_end, "wb"), os.fdopen(stdin_end, "rb"), os.fdopen(stdout_end, "wb")]
    for end in ends:
        theirs.enter_context(end)
    return (os.fdopen(life), os.fdopen(stdin, "w"), os.fdopen(stdout)), ends
