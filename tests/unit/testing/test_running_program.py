"""Do the servers of tests end with the tests?"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

OWNER = """
import sys, pathlib, time
from filmstrip.testing.running_program import RunningProgram
with RunningProgram(["sleep", "1000"], pathlib.Path(sys.argv[1])) as running:
    print(running._process.pid, flush=True)
    time.sleep(1000)
"""


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def await_condition(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_server_ends_with_what_started_it(tmp_path: Path, number: signal.Signals) -> None:
    """A run of tests that a signal ends leaves no server behind."""
    command = [sys.executable, "-c", OWNER, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        await_condition(lambda: Path(f"/proc/{pid}/comm").read_text() == "sleep\n")
        os.kill(owner.pid, number)
        owner.wait(20)
    await_condition(lambda: not is_running(pid))
