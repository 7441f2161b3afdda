"""Landlock: which files a process may use, for good (Linux 5.13 and newer, landlock(7)).

It binds the calling thread and all that this thread begins afterwards, so it has to be called before the first thread
is begun. It holds for root, needs no privilege and no namespace. What an older kernel does not know is left out.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from filmstrip.isolation.system_calls import system_call

# linux/landlock.h: LANDLOCK_ACCESS_FS_…
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _TRUNCATE = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 14

READ = _READ_FILE | _READ_DIR
"""Read files and list folders."""
READ_WRITE_FILE = _READ_FILE | _WRITE_FILE
"""Read and write one file that is there."""
WORK = READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG
"""Do what one does in a folder of one's own, but for links, sockets and devices."""
RUN = _READ_FILE | _EXECUTE
"""Execute a program."""

_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
# Which rights of files each version of the interface added: 13 first, then links across folders, truncation, devices.
_FILE_RIGHTS_SINCE = ((1, (1 << 13) - 1), (2, 1 << 13), (3, _TRUNCATE), (5, 1 << 15))
_TCP_SINCE, _SCOPES_SINCE = 4, 6
_ALL_TCP, _ALL_SCOPES = 0b11, 0b11  # bind and connect; abstract Unix sockets and signals
_CREATE_RULESET_VERSION, _RULE_PATH_BENEATH = 1, 1


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def landlock_version() -> int:
    """Return the version of the kernel's Landlock interface, 0 if there is none or it is switched off."""
    try:
        return system_call("landlock_create_ruleset", None, 0, _CREATE_RULESET_VERSION)
    except OSError:
        return 0


def restrict_files(allowed: Iterable[tuple[Path, int]]) -> int:
    """Leave this thread, and what it begins from now on, only some files; also no TCP and no signals to others.

    It needs "no new privileges" (prctl(2)) beforehand.

    Args:
        allowed: Files, or folders with all below them, each with the rights to it: `READ`, `WORK`, `RUN`, ….
            What does not exist is passed over.

    Returns:
        The version of the interface that holds now, 0 if the kernel has none, or refuses (as it does to a process that
        has 16 layers of such restrictions already), and nothing is restricted.
    """
    version = landlock_version()
    if version == 0:
        return 0
    handled = sum(rights for since, rights in _FILE_RIGHTS_SINCE if version >= since)
    ruleset = _create(version, handled)
    try:
        for path, rights in allowed:
            # What does not exist, or cannot be reached by this user: it stays closed.
            with suppress(OSError):
                _allow(ruleset, path, rights & handled)
        system_call("landlock_restrict_self", ruleset, 0)
    except OSError:
        return 0
    finally:
        os.close(ruleset)
    return version


def _create(version: int, handled: int) -> int:
    attributes = _Ruleset(
        handled, _ALL_TCP if version >= _TCP_SINCE else 0, _ALL_SCOPES if version >= _SCOPES_SINCE else 0
    )
    # An older kernel takes a shorter structure only.
    size = 8 if version < _TCP_SINCE else 16 if version < _SCOPES_SINCE else ctypes.sizeof(attributes)
    return system_call("landlock_create_ruleset", ctypes.cast(ctypes.byref(attributes), ctypes.c_void_p), size, 0)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        rule = _PathBeneath(rights, descriptor)
        pointer = ctypes.cast(ctypes.byref(rule), ctypes.c_void_p)
        system_call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, pointer, 0)
    finally:
        os.close(descriptor)
