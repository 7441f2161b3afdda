"""Where do peers live? Each in a virtual environment of its own, at pinned versions, so that ours stays clean."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.sources import cache_folder

# Newer torchcodec wheels on PyPI want CUDA's libraries, which a machine without a graphics card has no use for.
PINS = {
    "thumbnails": ["thumbnails==0.1.12"],
    "vcsi": ["vcsi==7.0.17"],
    "opencv": ["opencv-python-headless==5.0.0.93", "numpy>=2"],
    "torchcodec": ["torch==2.13.0", "torchcodec==0.12.0", "pillow", "numpy"],
}


def program(environment: str, name: str) -> str:
    """Tell the path of a program in an environment, which is made if it is missing."""
    return str(prepare(environment) / "bin" / name)


def prepare(environment: str) -> Path:
    """Make an environment with what its pins name."""
    folder = cache_folder() / "environments" / environment
    ready = folder / ".ready"
    wanted = "\n".join(PINS[environment])
    if not ready.exists() or ready.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", *PINS[environment]], check=True)
        ready.write_text(wanted)
    return folder
