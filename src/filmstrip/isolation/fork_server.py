"""The process that forks children: started when it is first needed, with what they run loaded already.

Starting an interpreter and loading libav, numpy and our own code takes a third of a second of a core; a fork takes some
milliseconds. The service itself cannot fork: it has threads.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from filmstrip.isolation.own_fork import OwnFork, can_fork, fork_self

# Nothing else is handed down: the service's own settings, which may hold secrets, are in its environment.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "SSL_CERT_FILE")
# A process that forks has one thread; OpenBLAS starts one for each core when numpy is loaded.
_OWN_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "PYDANTIC_DISABLE_PLUGINS": "__all__"}
_PROGRAM = "filmstrip.isolation.forking"
_PATIENCE_SECONDS = 5.0


class HasDescriptor(Protocol):
    """A file, a pipe or a socket."""

    def fileno(self) -> int:
        """Return its descriptor."""


class ForkServer:
    """Forks children that run a module of ours. Safe to use from several threads.

    It is a context manager: at the end no more children can be forked, and those that run are ended.
    """

    def __init__(self, module: str, *, preloaded: Sequence[str] = (), may_fork_self: bool = False) -> None:
        """Start nothing yet.

        Args:
            module: Name of the module whose `main` children run, after its `load` was called once for all of them.
            preloaded: Modules that are loaded once for all instead, if any; for a few children that need little.
            may_fork_self: Whether the server may begin as a fork of this process, if that has one thread, and what is
                in its memory may be seen by children. It saves loading what both need.
        """
        self._program = (module, *preloaded)
        self._may_fork_self = may_fork_self
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | OwnFork | None = None
        self._orders: socket.socket | None = None
        self._beside: dict[str, ForkServer] = {}

    def beside(self, module: str) -> ForkServer:
        """Return a server for another module, which lasts as long as this one; it starts when it is first needed."""
        with self._lock:
            return self._beside.setdefault(module, ForkServer(module))

    def start(self) -> None:
        """Start it now instead of with the first child, which then need not wait; it loads while others work."""
        with self._lock:
            self._running_orders()

    def order(self, folder: Path, files: Sequence[HasDescriptor]) -> None:
        """Have a child forked.

        Args:
            folder: Its working directory.
            files: A pipe that gets two lines, the child's process id, and its exit code when it has ended (a pipe that
                ends without it tells that the server died); then its standard input, output and error; then what else
                it gets. They have to stay open until this returns.

        Raises:
            OSError: The server could not be started, or takes no orders.
        """
        with self._lock:
            try:
                self._send(folder, files)
            except (BrokenPipeError, ConnectionResetError):
                # It was killed: another one does as well.
                self._stop()
                self._send(folder, files)

    def _send(self, folder: Path, files: Sequence[HasDescriptor]) -> None:
        socket.send_fds(self._running_orders(), [str(folder).encode()], [file.fileno() for file in files])

    def _running_orders(self) -> socket.socket:
        if self._orders is None or self._process is None or self._process.poll() is not None:
            self._stop()
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = self._begin(theirs)
            ours.settimeout(_PATIENCE_SECONDS)
            self._orders = ours
        return self._orders

    def _begin(self, orders: socket.socket) -> subprocess.Popen[bytes] | OwnFork:
        if self._may_fork_self and can_fork():
            from filmstrip.isolation.forking import serve  # noqa: PLC0415 - else it is loaded where it runs

            os.environ |= _OWN_ENVIRONMENT
            return fork_self(partial(serve, *self._program), orders.fileno(), _ENVIRONMENT + tuple(_OWN_ENVIRONMENT))
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            # -P: no module is ever looked for in a folder where names come from outside.
            [sys.executable, "-P", "-m", _PROGRAM, *self._program],
            stdin=orders.fileno(),
            stdout=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | _OWN_ENVIRONMENT,
            start_new_session=True,
        )

    def close(self) -> None:
        """End the server, and those beside it."""
        with self._lock:
            for other in self._beside.values():
                other.close()
            self._stop()

    def _stop(self) -> None:
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE_SECONDS)
            self._process.kill()
            self._process.wait()
        self._orders = self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
