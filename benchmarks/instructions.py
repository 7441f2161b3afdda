"""How many instructions did it take? The one cost that does not depend on what else a machine does."""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Self

_PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
_HARDWARE_INSTRUCTIONS = 1
_ATTRIBUTE_BYTES = 128
_INHERIT, _EXCLUDE_KERNEL = 1 << 1, 1 << 5


class Instructions:
    """A hardware counter of this process and what it starts from now on, by perf_event_open(2)."""

    def __enter__(self) -> Self:
        self._file = _open_counter()
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.close(self._file)

    def counted(self) -> float | None:
        """User-space instructions so far in thousand millions; None where the machine does not count them."""
        if self._file is None:
            return None
        count: int = struct.unpack("Q", os.read(self._file, 8))[0]
        return count / 1e9


def _open_counter() -> int | None:
    call = _PERF_EVENT_OPEN.get(os.uname().machine)
    if call is None:
        return None
    attributes = bytearray(_ATTRIBUTE_BYTES)
    struct.pack_into("IIQ", attributes, 0, 0, _ATTRIBUTE_BYTES, _HARDWARE_INSTRUCTIONS)
    struct.pack_into("Q", attributes, 40, _INHERIT | _EXCLUDE_KERNEL)
    buffer = (ctypes.c_char * _ATTRIBUTE_BYTES).from_buffer(attributes)
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor: int = libc.syscall(call, buffer, 0, -1, -1, 0)
    return descriptor if descriptor >= 0 else None
