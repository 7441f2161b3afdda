"""What does a command cost? Wall, CPU, memory, bytes read and instructions of it and of everything that it starts."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
_HARDWARE_INSTRUCTIONS = 1
_ATTRIBUTE_BYTES = 128
_INHERIT, _EXCLUDE_KERNEL = 1 << 1, 1 << 5


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took, summed over the command and all its descendants.

    Attributes:
        wall_seconds: From start to end.
        cpu_seconds: User and system time.
        peak_mib: Largest resident set of any single process.
        read_mb: Bytes that `read` and its like returned, from page cache or disk, in millions.
        instructions: User-space instructions in thousand millions, None where the machine does not count them.
        exit_code: 0 for success; negative for a signal.
        output: Standard output.
        errors: Standard error.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float
    read_mb: float
    instructions: float | None
    exit_code: int
    output: str
    errors: str


def measure(
    command: Sequence[str], *, limit_seconds: float = 7200, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run a command to its end, or end it and what it started after `limit_seconds`."""
    with tempfile.TemporaryDirectory() as folder, Instructions() as instructions:
        output, errors = Path(folder) / "output", Path(folder) / "errors"
        read_before, began_at = _bytes_read(), time.perf_counter()
        with output.open("wb") as out, errors.open("wb") as err:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True, env=environment
            )
            alarm = threading.Timer(limit_seconds, _end_group, [process.pid])
            alarm.start()
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began_at
        alarm.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        return Cost(
            wall_seconds=wall,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            peak_mib=usage.ru_maxrss / 1024,
            read_mb=(_bytes_read() - read_before) / 1e6,
            instructions=instructions.counted(),
            exit_code=process.returncode,
            output=output.read_text(errors="replace"),
            errors=errors.read_text(errors="replace"),
        )


def _end_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _bytes_read() -> int:
    """Tell how much this process and its ended children have read; the kernel adds a child when it is waited for."""
    facts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(facts["rchar"])


class Instructions:
    """A hardware counter that children inherit (perf_event_open(2)); meanwhile the parent does next to nothing."""

    def __enter__(self) -> Self:
        self._file = _open_counter()
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.close(self._file)

    def counted(self) -> float | None:
        """Instructions so far, in thousand millions."""
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
