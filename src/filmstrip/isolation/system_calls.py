"""Linux system calls by their numbers, for the two architectures that are known here.

The numbers are those of the kernel's tables `arch/x86/entry/syscalls/syscall_64.tbl` and
`include/uapi/asm-generic/unistd.h`, which aarch64 uses.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Architecture:
    """A kind of processor, as the kernel speaks of it.

    Attributes:
        audit_number: Its `AUDIT_ARCH_` number (linux/audit.h), which a filter sees.
        numbers: The numbers of the system calls that it has, by name.
        first_foreign: From which number on calls belong to another ABI (x32); None if there is none.
    """

    audit_number: int
    numbers: Mapping[str, int]
    first_foreign: int | None


@cache
def architecture() -> Architecture | None:
    """Return the architecture of this process; None if it is not known here, or if the system is not Linux."""
    is_wide = sys.maxsize > 1 << 32
    return _ARCHITECTURES.get(platform.machine()) if sys.platform == "linux" and is_wide else None


@cache
def c_library() -> ctypes.CDLL:
    """Return the C library of this process, which keeps `errno` of the calls that are made by it."""
    return ctypes.CDLL(None, use_errno=True)


def system_call(name: str, *arguments: int | ctypes.c_void_p | None) -> int:
    """Make a system call and return its result.

    Raises:
        OSError: It failed, or the architecture is not known here.
    """
    known = architecture()
    if known is None:
        raise OSError(38, "No system calls are known for this machine")
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = int(c_library().syscall(ctypes.c_long(known.numbers[name]), *wide))
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


# Name, number on x86_64, number on aarch64; "-" if an architecture has no such call. A line with # is a remark.
_TABLE = """
# Bytes of descriptors.
read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, pwrite64 18 68, preadv 295 69,
pwritev 296 70, preadv2 327 286, pwritev2 328 287, lseek 8 62, close 3 57, close_range 436 436, dup 32 23,
dup2 33 -, dup3 292 24, pipe 22 -, pipe2 293 59, fcntl 72 25, ioctl 16 29, flock 73 32, ftruncate 77 46,
fallocate 285 47, fsync 74 82, fdatasync 75 83, sync_file_range 277 84, fadvise64 221 223,
copy_file_range 326 285, sendfile 40 71, poll 7 -, ppoll 271 73, select 23 -, pselect6 270 72,
eventfd2 290 19, epoll_create1 291 20, epoll_ctl 233 21, epoll_wait 232 -, epoll_pwait 281 22,
# Files by their names.
open 2 -, openat 257 56, openat2 437 437, stat 4 -, fstat 5 80, lstat 6 -, newfstatat 262 79, statx 332 291,
access 21 -, faccessat 269 48, faccessat2 439 439, readlink 89 -, readlinkat 267 78, getcwd 79 17,
getdents 78 -, getdents64 217 61, statfs 137 43, fstatfs 138 44, mkdir 83 -, mkdirat 258 34, rmdir 84 -,
unlink 87 -, unlinkat 263 35, rename 82 -, renameat 264 38, renameat2 316 276, umask 95 166,
# Memory.
mmap 9 222, munmap 11 215, mremap 25 216, mprotect 10 226, brk 12 214, madvise 28 233, msync 26 227,
mincore 27 232, membarrier 324 283,
# Threads and signals.
futex 202 98, set_robust_list 273 99, rseq 334 293, set_tid_address 218 96, restart_syscall 219 128,
rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, rt_sigtimedwait 128 137,
rt_sigpending 127 136, rt_sigsuspend 130 133, sigaltstack 131 132, sched_yield 24 124,
sched_getaffinity 204 123, sched_get_priority_max 146 125, sched_get_priority_min 147 126, clone 56 220,
clone3 435 435, kill 62 129, tgkill 234 131,
# Time, and who one is.
nanosleep 35 101, clock_nanosleep 230 115, clock_gettime 228 113, clock_getres 229 114, gettimeofday 96 169,
time 201 -, times 100 153, getrandom 318 278, getpid 39 172, getppid 110 173, gettid 186 178, getuid 102 174,
geteuid 107 175, getgid 104 176, getegid 108 177, getgroups 115 158, getpgrp 111 -, uname 63 160,
sysinfo 99 179, getrusage 98 165, getcpu 309 168, getrlimit 97 163, prlimit64 302 261, prctl 157 167,
arch_prctl 158 -,
# Beginnings and ends.
exit 60 93, exit_group 231 94, wait4 61 260, waitid 247 95, execve 59 221,
# Walls.
seccomp 317 277, capget 125 90, capset 126 91, landlock_create_ruleset 444 444, landlock_add_rule 445 445,
landlock_restrict_self 446 446
"""


def _parsed_table() -> dict[str, tuple[str, str]]:
    lines = " ".join(line for line in _TABLE.splitlines() if not line.startswith("#"))
    rows = (entry.split() for entry in lines.split(",") if entry.strip())
    return {name: (wide, arm) for name, wide, arm in rows}


_NUMBERS = _parsed_table()


def known_names() -> frozenset[str]:
    """Return the names of all calls that have numbers here."""
    return frozenset(_NUMBERS)


def _numbers(column: int) -> dict[str, int]:
    return {name: int(both[column]) for name, both in _NUMBERS.items() if both[column] != "-"}


_ARCHITECTURES = {
    "x86_64": Architecture(0xC000003E, _numbers(0), first_foreign=0x4000_0000),
    "aarch64": Architecture(0xC00000B7, _numbers(1), first_foreign=None),
}
