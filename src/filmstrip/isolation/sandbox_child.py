"""The child's side of the sandbox: it takes its limits on itself before it touches any media.

After these come the walls (`media.seclusion`), and only then its first thread.

Setting them here and not between fork and exec keeps the parent, which has threads, out of that dangerous moment.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
from typing import NoReturn, TextIO

from filmstrip.domain.errors import MediaProcessError
from filmstrip.isolation.limits import ProcessLimits
from filmstrip.isolation.privileges import renounce_privileges

_STDIN, _STDOUT, _STDERR = 0, 1, 2
_READ_BYTES = 1 << 16
_CPU_GRACE_SECONDS = 10


def read_request() -> str:
    """Read the request, the first line of standard input. No thread is begun yet: walls have to stand before."""
    received = bytearray()
    while not received.endswith(b"\n"):
        data = os.read(_STDIN, _READ_BYTES)
        if not data:
            _die()
        received += data
    return received.decode()


def watch_parent() -> None:
    """Read the watchdog pipe in a thread: the end of standard input is the end of this process."""
    threading.Thread(target=_wait_for_end, name="watchdog", daemon=True).start()


def take_stdout() -> TextIO:
    """Take standard output for reports alone: what libraries print there goes to standard error from now on."""
    reports = os.fdopen(os.dup(_STDOUT), "w", buffering=1, encoding="utf-8")
    os.dup2(_STDERR, _STDOUT)
    return reports


def confine(limits: ProcessLimits) -> None:
    """Take the limits on this process and all that it starts."""
    memory, file = limits.memory_limit_mb << 20, limits.file_limit_mb << 20
    _limit(resource.RLIMIT_CORE, 0, 0)
    _limit(resource.RLIMIT_AS, memory, memory)
    _limit(resource.RLIMIT_FSIZE, file, file)
    # SIGXCPU at the limit tells which limit it was; a process that ignores it is killed a little later.
    _limit(resource.RLIMIT_CPU, limits.cpu_limit_seconds, limits.cpu_limit_seconds + _CPU_GRACE_SECONDS)
    renounce_privileges()


def out_of_memory(limits: ProcessLimits) -> MediaProcessError:
    """Make the error of a child that could not get more memory."""
    return MediaProcessError(f"The media process ran out of memory (limit {limits.memory_limit_mb} MiB)")


def _limit(which: int, soft: int, hard: int) -> None:
    """Set a limit, or keep the stricter one that the operator has set already."""
    _, allowed = resource.getrlimit(which)
    if allowed != resource.RLIM_INFINITY:
        soft, hard = min(soft, allowed), min(hard, allowed)
    resource.setrlimit(which, (soft, hard))


def _wait_for_end() -> None:
    while os.read(_STDIN, _READ_BYTES):
        pass
    _die()


def _die() -> NoReturn:
    # The parent is gone. It started this process as the leader of a group of its own, so nothing else is in it; only
    # who runs the module by hand is.
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
