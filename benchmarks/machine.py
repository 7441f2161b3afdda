"""Where was it measured? The facts that a reader of the numbers needs."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import imageio_ffmpeg

from benchmarks.environments import PINS


def facts() -> dict[str, object]:
    """Describe processor, cores, system and versions."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load at the start": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "Python": platform.python_version(),
        "PyAV": version("av"),
        "ffmpeg program": imageio_ffmpeg.get_ffmpeg_version(),
        "peers": ", ".join(pin for pins in PINS.values() for pin in pins if "==" in pin),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())
