"""Is a toy server that was forked as good as a program of its own?"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from process_tree import await_death, started_by
from toy_process import loaded_servers
from toy_service import ToyService

TESTS = Path(__file__).parent.parent

_STARTS_TWO = """
import json, sys, time
from pathlib import Path
from toy_process import loaded_servers
from toy_service import ToyService

running = [ToyService(Path(folder)) for folder in sys.argv[1:]]
for service in running:
    service.start()
print(json.dumps([loaded_servers().pid, *(service._process.pid for service in running)]), flush=True)
time.sleep(1000)
"""


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def test_it_has_nothing_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What forks toy servers has one thread and no file of theirs; each of them has its own group, place and pipes."""
    monkeypatch.chdir(tmp_path)
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    with ToyService(folders[0]) as one, ToyService(folders[1]) as other:
        server = loaded_servers().pid
        assert server is not None
        assert threads(server) == 1
        assert not any("filmstrip.db" in name for name in files(server))
        for mine, theirs in ((one, other), (other, one)):
            assert mine._process is not None
            pid = mine._process.pid
            assert os.getpgid(pid) == pid
            assert Path(f"/proc/{pid}/cwd").readlink() == tmp_path
            assert any(name.startswith(f"{mine.folder}/") for name in files(pid))
            assert not any(name.startswith(f"{theirs.folder}/") for name in files(pid))


def files(pid: int) -> list[str]:
    """All that a process has open."""
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it has been closed since
            found.append(str(link.readlink()))
    return found


def test_its_end_is_told(tmp_path: Path) -> None:
    """The exit code is that of a program, also for an end by itself and by a signal."""
    with ToyService(tmp_path) as service:
        process = service._process
        assert process is not None
        assert process.poll() is None
        service.kill()
        assert process.poll() == -signal.SIGKILL
        service.start()
        assert service.terminate() == 0


@pytest.mark.parametrize("victim", ["the tests", "the loaded process"])
def test_whichever_is_killed_nothing_goes_on(tmp_path: Path, victim: str) -> None:
    """Toy servers and their servers of media processes end with the tests, and with what they were forked from."""
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    command = [sys.executable, "-c", _STARTS_TWO, *map(str, folders)]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as tests:
        assert tests.stdout is not None
        pids = json.loads(tests.stdout.readline())
        server, *services = pids
        # Each has a server of media processes and one of fetching ones; the trial of their walls may still go on.
        assert all(len(started_by(pid)) >= 3 for pid in services)
        family = [process for pid in pids for process in started_by(pid)]
        os.kill(tests.pid if victim == "the tests" else server, signal.SIGKILL)
        await_death(family)
        tests.kill()
