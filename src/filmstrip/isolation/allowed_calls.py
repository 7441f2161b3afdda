"""System calls of media work: open descriptors, files, memory, threads, time. Nothing else.

Files by their names are Landlock's to judge. What Landlock does not know is not on the list: modes, owners, times and
attributes of files, links, truncation by name, watching, mounting, other processes, sockets, keys, namespaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from filmstrip.isolation.system_calls import known_names


@dataclass(frozen=True, slots=True)
class OneOf:
    """The argument, counted from 0, has to be one of some values; only its lower 32 bits count."""

    argument: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The argument has to have all of some bits and none of others."""

    argument: int
    needed: int
    forbidden: int


@dataclass(frozen=True, slots=True)
class Zero:
    """The argument, all 64 bits of it, has to be zero."""

    argument: int


@dataclass(frozen=True, slots=True)
class Unlike:
    """Some bits of the argument may not have a certain value."""

    argument: int
    bits: int
    value: int


Check = OneOf | Without | Zero | Unlike

# linux/sched.h. A thread shares memory and signal handlers; clone(2) with a namespace's flag would make a new one.
_CLONE_VM, _CLONE_SIGHAND, _CLONE_THREAD = 0x100, 0x800, 0x10000
_NEW_NAMESPACES = 0x7E020000 | 0x80
_PTRACED = 0x2000 | 0x800000  # CLONE_PTRACE, CLONE_UNTRACED

# Opening for reading alone may empty a file too (open(2)); Landlock knows of it since Linux 6.2 only. The fourth access
# mode, for drivers' ioctls alone, asks Landlock for no right at all, so it opens every file, and empties it before 6.2.
_ACCESS_MODE, _O_TRUNC = 0x3, 0x200


def _opening(argument: int) -> tuple[Unlike, Unlike]:
    return Unlike(argument, _ACCESS_MODE | _O_TRUNC, _O_TRUNC), Unlike(argument, _ACCESS_MODE, _ACCESS_MODE)


# linux/fcntl.h: duplicates, flags, locks, pipe sizes. Not F_SETOWN and F_NOTIFY, which send signals.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032)
# asm-generic/ioctls.h: is it a terminal, and how large (TCGETS, TIOCGWINSZ); FIONREAD, FIONBIO, FIONCLEX, FIOCLEX.
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# linux/prctl.h: names of threads and of memory, "no new privileges", reading of what one is. Not PR_SET_PDEATHSIG.
_PRCTL = (2, 3, 15, 16, 23, 38, 39, 0x53564D41)

CHECKED: Mapping[str, tuple[Check, ...]] = {
    "clone": (Without(0, _CLONE_VM | _CLONE_SIGHAND | _CLONE_THREAD, _NEW_NAMESPACES | _PTRACED),),
    "open": _opening(1),
    "openat": _opening(2),
    "fcntl": (OneOf(1, _FCNTL),),
    "ioctl": (OneOf(1, _IOCTL),),
    "prctl": (OneOf(0, _PRCTL),),
    # Limits may be read and not set: root could raise them.
    "prlimit64": (Zero(2),),
}
"""Calls that are allowed with some arguments only."""

OF_OWN_PROCESS = frozenset({"kill", "tgkill", "sched_getaffinity", "prlimit64"})
"""Calls whose first argument is a process, which has to be one's own or one that was named beforehand."""

ANSWERED_AS_MISSING = frozenset({"clone3", "openat2"})
"""Calls whose arguments lie in memory, where a filter cannot look: the C library falls back to older ones."""

_OTHERWISE_JUDGED = frozenset(
    {"execve", "seccomp", "capget", "capset", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}
)

ALLOWED = known_names() - CHECKED.keys() - OF_OWN_PROCESS - ANSWERED_AS_MISSING - _OTHERWISE_JUDGED
"""Calls that are allowed with any arguments."""
