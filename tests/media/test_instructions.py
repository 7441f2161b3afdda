"""Does anything cost more than it did? In instructions, which are the same however busy a machine is.

Where the processor's counters cannot be read, as in most virtual machines, valgrind counts: slower, and as exactly.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.measure import measure

from assets import ASSETS

REPOSITORY = Path(__file__).parents[2]
INTERVAL, COUNT = "1/4", "20"
# Measured: 2.55. Most of it is what is loaded and made once, as the source is small on purpose.
MOST_BY_THE_FLOOR = 2.8


def instructions(program: str, *arguments: str) -> float:
    """Count the user-space instructions of a program of the benchmarks, from its start to its end."""
    command = [sys.executable, "-m", f"benchmarks.{program}", *arguments]
    counted = measure(command)
    assert counted.exit_code == 0, counted.errors
    if counted.instructions is not None:
        return counted.instructions * 1e9
    if shutil.which("valgrind") is None:
        pytest.skip("missing: apt-get install --no-install-recommends valgrind")
    valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *command]
    told = subprocess.run(valgrind, cwd=REPOSITORY, capture_output=True, check=True, text=True).stderr
    found = re.search(r"I +refs: +([\d,]+)", told)
    assert found is not None, told
    return float(found[1].replace(",", ""))


@pytest.mark.timeout(240)
def test_pictures_cost_little_more_than_their_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start, index, scaling, encoding and all bookkeeping stay in proportion to the decoding that nobody can save."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # as in the service's media processes
    source = str(ASSETS["plain.mp4"].path)
    floor = instructions("floor", source, INTERVAL, COUNT)
    ours = instructions("engine", source, INTERVAL, COUNT, str(tmp_path), "--threads", "1")
    assert ours <= MOST_BY_THE_FLOOR * floor
