"""What does a command cost? Wall, CPU, memory, bytes read and instructions of it and of everything that it starts."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launcher.py")


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


def measure(command: Sequence[str], *, limit_seconds: float = 7200) -> Cost:
    """Run a command to its end, or end it and what it started after `limit_seconds`."""
    with tempfile.TemporaryDirectory() as folder:
        result, output, errors = (Path(folder) / name for name in ("result", "output", "errors"))
        launch = [sys.executable, "-S", str(_LAUNCHER), str(result), str(limit_seconds), *command]
        with output.open("wb") as out, errors.open("wb") as err:
            subprocess.run(launch, stdin=subprocess.DEVNULL, stdout=out, stderr=err, check=True)
        spent = json.loads(result.read_text())
        return Cost(**spent, output=output.read_text(errors="replace"), errors=errors.read_text(errors="replace"))
