"""The walls that a process raises around itself, in their order, and what of them holds on this system."""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filmstrip.isolation.call_filter import Permissions, install_filter
from filmstrip.isolation.landlock import READ, READ_WRITE_FILE, RUN, WORK, restrict_files
from filmstrip.isolation.privileges import renounce_privileges
from filmstrip.isolation.programs import LIBRARY_FOLDERS, interpreter_of, libraries_of

_PACKAGE = Path(__file__).parent.parent
# The number of cores, the features of the processor and the habits of its memory, which libraries ask for.
_MACHINE = ("/sys/devices/system/cpu", "/proc/cpuinfo", "/proc/sys/vm/overcommit_memory")


@dataclass(frozen=True, slots=True)
class Doors:
    """What stays open.

    Attributes:
        read: Files, or folders with all below them, that may be read.
        work: Folders in which files may be made, changed and deleted.
        program: The one program that processes of `Waiting` may become; None for none.
    """

    read: tuple[Path, ...] = ()
    work: tuple[Path, ...] = ()
    program: Path | None = None


class WallsError(RuntimeError):
    """The walls cannot be raised, as something of the process would be outside them."""


def restrict_to(doors: Doors) -> int:
    """Leave this process, which must have one thread yet, only some files, and nothing that root is allowed.

    Returns:
        The version of Landlock that holds, 0 for none.

    Raises:
        WallsError: There is a second thread, which would stay outside.
    """
    if (count := _thread_count()) > 1:
        raise WallsError(f"{count} threads run already")
    renounce_privileges()
    allowed = [(path, READ) for path in (*readable_for_everybody(), *doors.read)]
    allowed += [(Path(os.devnull), READ_WRITE_FILE), *((path, WORK) for path in doors.work)]
    if doors.program is not None:
        allowed += [(path, READ) for path in libraries_of(doors.program)]
        loader = interpreter_of(doors.program)
        allowed += [(path, RUN) for path in (doors.program, loader) if path is not None]
    return restrict_files(allowed)


def restrict_calls(*, started: tuple[int, ...] = (), may_execute: bool = False) -> bool:
    """Leave this process only the system calls that media work needs.

    Args:
        started: Processes that it started, which it may end.
        may_execute: Whether it may become another program.

    Returns:
        Whether the filter holds.
    """
    return install_filter(Permissions((0, os.getpid(), *started), may_execute=may_execute))


@cache
def readable_for_everybody() -> tuple[Path, ...]:
    """List what may be read whatever the work is: code that every process has, and facts about the machine."""
    own = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    own |= {path for path in sys.path if Path(path).name in {"site-packages", "dist-packages"}}
    machine = (*_MACHINE, "/dev/urandom", "/dev/random", "/etc/localtime", "/usr/share/zoneinfo")
    return (_PACKAGE, *LIBRARY_FOLDERS, *(Path(path) for path in (*own, *machine) if path))


def _thread_count() -> int:
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - names are counted, not used
    except OSError:
        return 1 if sys.platform != "linux" else _unknown_thread_count()


def _unknown_thread_count() -> int:
    import threading  # noqa: PLC0415 - if /proc is not mounted only

    return threading.active_count()
