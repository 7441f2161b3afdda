"""How many cores there are to work with."""

from __future__ import annotations

import math
import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota: Path = _QUOTA) -> int:
    """Return how many cores this process may use, of the machine's: by its affinity, and by the quota of its container.

    Args:
        quota: File with microseconds of CPU time in a period, and that period, or "max" (Linux, cgroup v2, "cpu.max").
    """
    cores = len(os.sched_getaffinity(0))
    try:
        granted, period = quota.read_text().split()
        return max(1, min(cores, math.ceil(int(granted) / int(period))))
    except (OSError, ValueError, ZeroDivisionError):
        return cores


USABLE_CORES = usable_cores()
"""Looked at when this is loaded: a media process cannot read the file any more."""
