"""The privileges that a process gives up for good: programs that raise them, and what root may do beyond files."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

from filmstrip.isolation.system_calls import c_library, system_call

_PR_SET_NO_NEW_PRIVS = 38  # linux/prctl.h
_CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h
# CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: root goes on to read what belongs to others. Which files, Landlock says.
_KEPT = 1 << 1 | 1 << 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def renounce_privileges() -> None:
    """Give up set-user-id programs, and all capabilities but those to read and write files of others."""
    if sys.platform != "linux":
        return
    c_library().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header, sets = _Header(_CAPABILITY_VERSION_3, 0), (_Sets * 2)()
    # A container may refuse these calls; what the capabilities would allow is behind the other walls as well.
    with suppress(OSError):
        system_call("capget", _pointer(header), _pointer(sets))
        kept = _KEPT & sets[0].permitted
        sets[0], sets[1] = _Sets(kept & sets[0].effective, kept, 0), _Sets(0, 0, 0)
        system_call("capset", _pointer(header), _pointer(sets))


def _pointer(structure: ctypes.Structure | ctypes.Array[_Sets]) -> ctypes.c_void_p:
    return ctypes.cast(ctypes.byref(structure), ctypes.c_void_p)
