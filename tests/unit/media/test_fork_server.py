"""Who forks the child processes?"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from filmstrip.domain.errors import MediaProcessError
from filmstrip.isolation import fork_server, sandbox
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.isolation.forked_process import fork_process
from filmstrip.isolation.sandbox import run_in_sandbox
from filmstrip.media.settings import MediaSettings

_PROGRAM = """
import os, sys, threading, time
from filmstrip.isolation.sandbox_child import read_request, take_stdout, watch_parent

loaded = 0

def load():
    global loaded
    loaded = os.getpid()

def main():
    read_request()
    watch_parent()
    reports = take_stdout()
    reports.write(f"{loaded} {os.getpid()} {os.getppid()} {threading.active_count()}\\n")
    if os.path.exists("stay"):
        time.sleep(1000)
"""


_FAILING_FORK = """
fork, failures = os.fork, [OSError(11, "Resource temporarily unavailable")]

def fail_once():
    if failures:
        raise failures.pop()
    return fork()

os.fork = fail_once
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkServer]:
    """Forks children that report the processes that they come from."""
    (tmp_path / "forked_program.py").write_text(_PROGRAM)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with ForkServer("forked_program") as server:
        yield server


async def processes(server: ForkServer, folder: Path) -> tuple[int, int, int, int]:
    async with run_in_sandbox(server, "null", MediaSettings(), folder) as lines:
        async for line in lines:
            loaded, child, parent, threads = (int(word) for word in line.split())
            return loaded, child, parent, threads
    raise AssertionError


def descriptor_count() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def await_death(pid: int) -> None:
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < deadline, f"{pid} is alive"
        time.sleep(0.01)


async def test_children_are_forks_of_one_process(server: ForkServer, tmp_path: Path) -> None:
    """The module is loaded once; each child is another process, and nobody forks while threads run."""
    first, second = await processes(server, tmp_path), await processes(server, tmp_path)
    assert first[0] == second[0] == first[2] == second[2]
    assert len({os.getpid(), first[0], first[1], second[1]}) == 4
    # The child's own two: its work, and its watchdog.
    assert first[3] == 2


async def test_a_server_that_was_killed_is_replaced(server: ForkServer, tmp_path: Path) -> None:
    """Whatever happens to the process that forks, the next child is forked all the same."""
    loaded, *_ = await processes(server, tmp_path)
    for _ in range(20):
        os.kill(loaded, signal.SIGKILL)
        again, *_ = await processes(server, tmp_path)
        assert again != loaded
        loaded = again


async def test_a_child_does_not_outlive_the_word_of_its_end(server: ForkServer, tmp_path: Path) -> None:
    """When the process that forks dies, its children are ended: nobody could tell how they end."""
    (tmp_path / "stay").touch()
    child = 0

    async def listen() -> None:
        nonlocal child
        async with run_in_sandbox(server, "null", MediaSettings(), tmp_path) as lines:
            async for line in lines:
                loaded, child = (int(word) for word in line.split()[:2])
                os.kill(loaded, signal.SIGKILL)
                os.kill(child, signal.SIGTERM)

    with pytest.raises(MediaProcessError, match="was killed"):
        await listen()
    await_death(child)


async def test_a_server_that_hangs_is_replaced(
    server: ForkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever for a child to begin."""
    monkeypatch.setattr(fork_server, "_PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(sandbox, "GRACE_SECONDS", 0.5)
    loaded, *_ = await processes(server, tmp_path)
    os.kill(loaded, signal.SIGSTOP)
    async with run_in_sandbox(server, "null", MediaSettings(stall_seconds=2), tmp_path) as lines:
        assert [int(line.split()[0]) for line in [await anext(lines)]] != [loaded]


async def test_a_fork_that_fails_leaves_the_others(server: ForkServer, tmp_path: Path) -> None:
    """Where the machine allows no more processes for a moment, those that live go on, and the next try may succeed."""
    (tmp_path / "forked_program.py").write_text(_PROGRAM + _FAILING_FORK)
    first, second = await processes(server, tmp_path), await processes(server, tmp_path)
    assert first[0] == second[0]


async def test_what_is_handed_over_stays_open(
    server: ForkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is cancelled while a child is ordered does not close what is being sent, whose numbers others may get."""
    may_send, sent = threading.Event(), threading.Event()
    were_closed: list[bool] = []

    def wait_and_look(_folder: Path, files: list[BinaryIO]) -> None:
        may_send.wait(20)
        were_closed.extend(file.closed for file in files)
        sent.set()

    monkeypatch.setattr(server, "order", wait_and_look)
    waiting = asyncio.create_task(fork_process(server, tmp_path, 1000, 20))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    may_send.set()
    await asyncio.to_thread(sent.wait, 20)
    assert were_closed == [False] * 4


async def test_cancelling_leaves_nothing_open(server: ForkServer, tmp_path: Path) -> None:
    """Whenever an order is cancelled, its pipes are closed in the end."""
    await processes(server, tmp_path)
    before = descriptor_count()
    for rounds in range(12):
        waiting = asyncio.create_task(fork_process(server, tmp_path, 1000, 20))
        for _ in range(rounds):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    deadline = time.monotonic() + 20
    while descriptor_count() > before:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_a_module_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    """A broken installation is an error, not a hang."""
    with ForkServer("no_such_module") as server, pytest.raises(MediaProcessError, match="could not be started"):
        await processes(server, tmp_path)


def test_nothing_is_left_when_its_owner_dies(server: ForkServer) -> None:
    """The process that forks ends by itself when the service is killed."""
    del server
    owner = "from filmstrip.isolation.fork_server import ForkServer as F; f = F('forked_program'); f.start(); input()"
    with subprocess.Popen([sys.executable, "-c", owner], stdin=subprocess.PIPE) as running:
        deadline = time.monotonic() + 20
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        while not (found := children.read_text().split()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        running.kill()
    await_death(int(found[0]))
