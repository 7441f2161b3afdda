"""Does anything cost more than it did? In instructions, which are the same however busy a machine is.

Where the processor's counters cannot be read, as in most virtual machines, valgrind counts: slower, and as exactly.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from benchmarks.measure import measure

from assets import ASSETS

REPOSITORY = Path(__file__).parents[2]
INTERVAL, COUNT = "1/4", "20"
# Measured: 2.75. Most of it is what is loaded and made once, as the source is small on purpose.
MOST_BY_THE_FLOOR = 3.2
# Measured: 927 million. One module too many, such as SQLAlchemy or PyAV, costs more than what is left to the limit, and
# the length of paths and the number of folders that Python looks into far less.
MOST_OF_HELP = 1_100_000_000


def instructions(program: str, *arguments: str) -> float:
    """Count the user-space instructions of a program of the benchmarks, from its start to its end."""
    command = [sys.executable, "-m", f"benchmarks.{program}", *arguments]
    counted = measure(command)
    assert counted.exit_code == 0, counted.errors
    if counted.instructions is not None:
        return counted.instructions * 1e9
    return counted_by_valgrind(command)[0]


def counted_by_valgrind(command: Sequence[str], **environ: str) -> tuple[float, str]:
    """Count the instructions of a command; return what it printed as well."""
    if shutil.which("valgrind") is None:
        pytest.skip("missing: apt-get install --no-install-recommends valgrind")
    valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *command]
    done = subprocess.run(
        valgrind, cwd=REPOSITORY, env=os.environ | environ, capture_output=True, check=True, text=True
    )
    found = re.search(r"I +refs: +([\d,]+)", done.stderr)
    assert found is not None, done.stderr
    return float(found[1].replace(",", "")), done.stdout


@pytest.mark.timeout(240)
def test_pictures_cost_little_more_than_their_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start, index, scaling, encoding and all bookkeeping stay in proportion to the decoding that nobody can save."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # as in the service's media processes
    source = str(ASSETS["large.mp4"].path)
    floor = instructions("floor", source, INTERVAL, COUNT)
    ours = instructions("engine", source, INTERVAL, COUNT, str(tmp_path), "--threads", "1")
    assert ours <= MOST_BY_THE_FLOOR * floor


@pytest.mark.timeout(240)
def test_help_of_a_command_costs_little() -> None:
    """Most of it is what loads pydantic and click."""
    program = (
        "import sys; from filmstrip.cli.main import main; sys.argv = ['filmstrip', 'thumbnails', '--help']; main()"
    )
    command = [sys.executable, "-c", program]
    subprocess.run(
        command, env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""}, capture_output=True, check=True
    )  # compiles what is not compiled yet
    count, told = counted_by_valgrind(command, PYTHONHASHSEED="0")
    assert "--interval" in told
    assert count <= MOST_OF_HELP
