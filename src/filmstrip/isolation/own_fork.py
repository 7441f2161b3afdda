"""A short run's server of children, as a fork of the run itself: what both need is loaded once, not twice."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection
from contextlib import suppress

_FIRST_DESCRIPTOR, _HIGHEST_DESCRIPTOR = 3, 1 << 20
_BETWEEN_LOOKS_SECONDS = 0.005
# They start threads of their own when they are loaded, and a process that has threads must not fork.
_THREADED_MODULES = ("numpy", "av")


class OwnFork:
    """A fork of this process, held as `subprocess.Popen` holds a program."""

    def __init__(self, pid: int) -> None:
        """Hold a child of this process by its id."""
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float = 60.0) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: It still runs.
        """
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(sys.argv[0], timeout)
            time.sleep(_BETWEEN_LOOKS_SECONDS)
        return code

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def can_fork() -> bool:
    """Check whether this process has but one thread, so that a fork of it is whole."""
    return threading.active_count() == 1 and not any(name in sys.modules for name in _THREADED_MODULES)


def fork_self(work: Callable[[], None], stdin: int, environment: Collection[str]) -> OwnFork:
    """Fork this process; the child works in a session of its own, and has of our environment what is named.

    Args:
        work: What the child does.
        stdin: Descriptor of its standard input; its standard output leads nowhere.
        environment: The variables that it keeps.
    """
    pid = os.fork()
    if pid:
        return OwnFork(pid)
    code = 1
    try:
        _begin_again(stdin, environment)
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - told as the interpreter itself tells it
        traceback.print_exc()
    finally:
        os._exit(code)


def _begin_again(stdin: int, environment: Collection[str]) -> None:
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(stdin, 0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    if not _is_open(2):
        os.dup2(nowhere, 2)
    os.closerange(_FIRST_DESCRIPTOR, _HIGHEST_DESCRIPTOR)
    _forget_environment(environment)


def _is_open(descriptor: int) -> bool:
    with suppress(OSError):
        os.fstat(descriptor)
        return True
    return False


def _forget_environment(kept: Collection[str]) -> None:
    """Drop variables, also from the block in which the system handed them to this process (environ(7))."""
    block = ctypes.POINTER(ctypes.c_void_p).in_dll(ctypes.CDLL(None), "environ")
    position = 0
    while address := block[position]:
        key, _, value = ctypes.string_at(address).partition(b"=")
        if os.fsdecode(key) not in kept:
            ctypes.memset(address + len(key) + 1, 0, len(value))
        position += 1
    for name in os.environ.keys() - set(kept):
        del os.environ[name]
