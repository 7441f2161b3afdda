"""The system-call filter: a list of what a process may ask of the kernel, everything else refused (seccomp(2)).

The filter is a program of classic BPF (linux/filter.h) over `struct seccomp_data`: the number of the call, the
architecture, and the arguments, 64 bits each, low half first on both architectures that are known here.
"""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from filmstrip.isolation.allowed_calls import (
    ALLOWED,
    ANSWERED_AS_MISSING,
    CHECKED,
    OF_OWN_PROCESS,
    Check,
    OneOf,
    Unlike,
    Without,
)
from filmstrip.isolation.system_calls import Architecture, architecture, system_call

_LOAD, _AND, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _KILL_PROCESS, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_SET_MODE_FILTER, _FLAG_TSYNC = 1, 1
# Calls from this number on are the same on all architectures and younger than Linux 5.1: libraries try them and fall
# back to older ones if they hear that there is no such call.
_FIRST_OF_THE_YOUNG = 424

Instruction = tuple[int, int, int, int]
"""Operation, jump if true, jump if false, operand."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a process may do in addition to computing on its descriptors.

    Attributes:
        signal_targets: Process ids that it may send signals to; 0 is its own group.
        may_execute: Whether it may become another program. No process may start others.
    """

    signal_targets: Collection[int]
    may_execute: bool = False


def install_filter(permissions: Permissions) -> bool:
    """Filter the system calls of this process, all its threads, and all that it becomes or starts.

    It needs "no new privileges" (prctl(2)) beforehand.

    Returns:
        Whether the filter holds: not on an architecture that is not known here, or on a kernel without filters.
    """
    known = architecture()
    if known is None:
        return False
    try:
        _install(assemble(known, permissions))
    except OSError:
        # No filters in this kernel, or a container that refuses them: who asked decides what that means.
        return False
    return True


class _Filter(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Filter)))


def _install(instructions: Sequence[Instruction]) -> None:
    filters = (_Filter * len(instructions))(*(_Filter(*each) for each in instructions))
    program = _Program(len(instructions), filters)
    pointer = ctypes.cast(ctypes.byref(program), ctypes.c_void_p)
    system_call("seccomp", _SET_MODE_FILTER, _FLAG_TSYNC, pointer)


def assemble(known: Architecture, permissions: Permissions) -> list[Instruction]:
    """Write the filter's program."""
    program = [
        _load(_ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 1, 0, known.audit_number),
        # 32-bit calls of a 64-bit process have other numbers: nothing of ours makes any.
        (_RETURN, 0, 0, _KILL_PROCESS),
        _load(_NUMBER_AT),
    ]
    if known.first_foreign is not None:
        program += [(_JUMP_IF_AT_LEAST, 0, 1, known.first_foreign), (_RETURN, 0, 0, _KILL_PROCESS)]
    for number, answer in _answers(known, permissions):
        program += [(_JUMP_IF_EQUAL, 0, len(answer), number), *answer]
    young = (_JUMP_IF_AT_LEAST, 0, 1, _FIRST_OF_THE_YOUNG)
    return [*program, young, _refuse(errno.ENOSYS), _refuse(errno.EPERM)]


def _answers(known: Architecture, permissions: Permissions) -> Iterator[tuple[int, list[Instruction]]]:
    """Yield what is answered to each call that is not simply refused."""
    allowed = ALLOWED | ({"execve"} if permissions.may_execute else set())
    own = OneOf(0, tuple(permissions.signal_targets))
    checked = {**CHECKED, **{name: (*CHECKED.get(name, ()), own) for name in OF_OWN_PROCESS}}
    for name, number in known.numbers.items():
        if name in ANSWERED_AS_MISSING:
            yield number, [_refuse(errno.ENOSYS)]
        elif name in allowed:
            yield number, [(_RETURN, 0, 0, _ALLOW)]
        elif name in checked:
            checks = [instruction for check in checked[name] for instruction in _check(check)]
            yield number, [*checks, (_RETURN, 0, 0, _ALLOW)]


def _check(check: Check) -> list[Instruction]:
    """Refuse a call unless its argument is one of some values, has some bits and not others, or is zero."""
    low, refusal = _ARGUMENTS_AT + 8 * check.argument, _refuse(errno.EPERM)
    if isinstance(check, OneOf):
        # The kernel reads these arguments as 32 bits. Each match jumps behind the refusal.
        values = [value & 0xFFFFFFFF for value in check.values]
        tests = [(_JUMP_IF_EQUAL, len(values) - position, 0, value) for position, value in enumerate(values)]
        return [_load(low), *tests, refusal]
    if isinstance(check, Without):
        bits = (_AND, 0, 0, check.needed | check.forbidden)
        return [_load(low), bits, (_JUMP_IF_EQUAL, 1, 0, check.needed), refusal]
    if isinstance(check, Unlike):
        return [_load(low), (_AND, 0, 0, check.bits), (_JUMP_IF_EQUAL, 0, 1, check.value), refusal]
    return [_load(low), (_JUMP_IF_EQUAL, 0, 2, 0), _load(low + 4), (_JUMP_IF_EQUAL, 1, 0, 0), refusal]


def _load(offset: int) -> Instruction:
    return (_LOAD, 0, 0, offset)


def _refuse(number: int) -> Instruction:
    return (_RETURN, 0, 0, _ERROR | number)
