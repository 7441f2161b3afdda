"""The processes of a fleet, each a program of its own, which chaos may kill and which are started again."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from filmstrip.testing.filmstrip_server import FilmstripServer, running_filmstrip
from filmstrip.testing.running_program import free_ports
from process_tree import Process, started_by


class Member:
    """One process, under a name that stays."""

    def __init__(self, name: str, role: str, folder: Path, settings: Mapping[str, str]) -> None:
        self.name = name
        self.role = role
        self.folder = folder / name
        self.port = free_ports(1)[0]
        self.starts = 0
        self._logs = folder / "logs"
        self._settings = {**settings, "FILMSTRIP_EXECUTOR_NAME": name}
        self._running = ExitStack()
        self._server: FilmstripServer | None = None

    def start(self) -> None:
        """Start it; the one before it is dead."""
        self.starts += 1
        log = self._logs / f"{self.name}.{self.starts}.log"
        self._server = self._running.enter_context(
            running_filmstrip(self.folder, self._settings, port=self.port, log=log, role=self.role)
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._server is not None
        return self._server.program.pid

    def family(self) -> list[Process]:
        """Return the program and all that it started, itself first."""
        return started_by(self.pid)

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def signal_family(self, number: signal.Signals) -> None:
        for process in self.family():
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)

    def end(self) -> None:
        """See to it that it has ended."""
        self._running.close()
        self._server = None

    def resident_kib(self) -> int:
        """Return the memory of the program itself."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    def logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self._logs.glob(f"{self.name}.*.log")))

    def left_behind(self) -> list[str]:
        """Name the folders of tasks that it left in its work folder."""
        work = self.folder / "work"
        return [path.name for path in work.iterdir() if len(path.name) == 32] if work.is_dir() else []


class Fleet:
    """An API process and workers."""

    def __init__(self, folder: Path, settings: Mapping[str, str], workers: int) -> None:
        (folder / "logs").mkdir()
        self.api = Member("api", "api", folder, settings)
        self.workers = [Member(f"worker-{number}", "worker", folder, settings) for number in range(1, workers + 1)]

    @property
    def members(self) -> list[Member]:
        return [self.api, *self.workers]

    def __enter__(self) -> Self:
        for member in self.members:
            member.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self.members:
            member.end()
