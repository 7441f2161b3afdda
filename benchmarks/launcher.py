"""Starts one command and writes what it cost. A program of its own, run by `measure`, that needs nothing but Python.

The kernel hands the peak memory of whoever starts a program down to that program, so a small process has to start it.
Arguments: the file for the result, seconds until the command is ended, then the command.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from instructions import Instructions


def main() -> None:
    """Run the command to its end."""
    result, limit_seconds, *command = sys.argv[1:]
    with Instructions() as instructions:
        read_before, began_at = _bytes_read(), time.perf_counter()
        process = subprocess.Popen(command, start_new_session=True)
        alarm = threading.Timer(float(limit_seconds), _end_group, [process.pid])
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began_at
        alarm.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        cost = {
            "wall_seconds": wall,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_mib": usage.ru_maxrss / 1024,
            "read_mb": (_bytes_read() - read_before) / 1e6,
            "instructions": instructions.counted(),
            "exit_code": process.returncode,
        }
    Path(result).write_text(json.dumps(cost))


def _end_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _bytes_read() -> int:
    """Tell how much this process and its ended children have read; the kernel adds a child when it is waited for."""
    facts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(facts["rchar"])


if __name__ == "__main__":
    main()
