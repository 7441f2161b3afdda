"""Which processes did a program start, and do any of them survive?"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
DEADLINE_SECONDS = 40.0
ROLES = {
    "fork server": "filmstrip.outputs.child.child",
    "fetch server": "filmstrip.outputs.child.fetcher",
    "media child": "filmstrip.outputs.child.child",
    "fetching process": "filmstrip.outputs.child.fetcher",
    "ffmpeg": " -progress ",
}


@dataclass(frozen=True, slots=True)
class Process:
    """A process: its id, that of its parent, when it began, and its command line."""

    pid: int
    parent: int
    began: str
    command: str

    @property
    def is_alive(self) -> bool:
        now = look_at(self.pid)
        return now is not None and now.began == self.began


def look_at(pid: int) -> Process | None:
    """Look at a process; None if there is none, or only its exit code is left."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return None
    return None if fields[0] in "ZX" else Process(pid, int(fields[1]), fields[19], command)


def started_by(pid: int) -> list[Process]:
    """List a process and all that it started, itself first."""
    everybody = [found for path in Path("/proc").glob("[0-9]*") if (found := look_at(int(path.name)))]

    def below(parent: int) -> Iterator[Process]:
        for process in everybody:
            if process.parent == parent:
                yield process
                yield from below(process.pid)

    return [process for process in everybody if process.pid == pid] + list(below(pid))


def find_role(role: str, pid: int) -> Process | None:
    """Find the process that has a role among those that `pid` started."""
    tree = started_by(pid)
    named = [process for process in tree if ROLES[role] in process.command]
    servers = {process.pid for process in named if process.parent == pid}
    if role.endswith("server"):
        return next((process for process in named if process.pid in servers), None)
    if role == "ffmpeg":
        return next(iter(named), None)
    return next((process for process in named if process.parent in servers), None)


def eventually(look: Callable[[], T | None], what: str) -> T:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError(f"{what}: not within {DEADLINE_SECONDS} s")


def await_death(processes: list[Process]) -> None:
    """Wait until none of the processes is left; end those that are, and say so."""
    try:
        eventually(lambda: not any(process.is_alive for process in processes), "nothing survives")
    finally:
        for process in processes:
            if process.is_alive:
                os.kill(process.pid, signal.SIGKILL)
