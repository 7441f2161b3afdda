"""A toy server that a test starts, kills and starts again."""

import json
import queue
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from filmstrip.db.database import Database
from filmstrip.db.task_records import TaskRecord
from fresh_database import ADDRESS, NAME, content_of, open_database, put_file
from toy_process import ToyProcess

DEADLINE_SECONDS = 100.0
T = TypeVar("T")


@cache
def _used_database() -> bytes:
    """Let an engine make its tables, once for all toy servers of this process."""
    with tempfile.TemporaryDirectory(prefix="toy-") as folder:
        open_database(Path(folder)).close()
        with ToyService(Path(folder)) as service:
            service.terminate()
        return content_of(Path(folder) / NAME)


def eventually(look: Callable[[], T | None], what: str, seconds: float = DEADLINE_SECONDS) -> T:
    """Look until there is something to see."""
    deadline, pause = time.monotonic() + seconds, 0.01
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(pause)
        # Whoever looks into the database all the time keeps the server from what is waited for.
        pause = min(0.05, pause * 1.3)
    raise AssertionError(f"{what}: not within {seconds} s")


class ToyService:
    """The engine in a process of its own, on a data folder that outlives it."""

    def __init__(self, folder: Path, *, url: str | None = None, **settings: Any) -> None:
        self.folder = folder
        self.settings = settings
        self.key_id: int | None = None
        if url is not None:
            (folder / ADDRESS).write_text(url)
        elif not (folder / NAME).exists():
            put_file(folder / NAME, _used_database())
        self.database: Database = open_database(folder)
        self.log = folder / "log"
        (folder / "gates").mkdir()
        self._process: ToyProcess | None = None
        self._listener = threading.Thread()
        self._answers: queue.Queue[str] = queue.Queue()

    def start(self) -> None:
        with self.log.open("a") as log:
            self._process = ToyProcess(log)
        self._listener = threading.Thread(target=self._listen, args=(self._process,))
        self._listener.start()
        answer = self.order(json.dumps([str(self.folder), self.settings]))
        assert answer == "started", answer

    def submit(self, source: str, *outputs: dict[str, Any], **parameters: Any) -> str:
        """Start a task; the destination of each output is a folder of its index below `out`, if it names none."""
        token = self.database.tasks.create_task(self.key_id)
        formats = [
            {"output": "toy", "destination": f"file://{self.folder}/out/{index}/", **output}
            for index, output in enumerate(outputs)
        ]
        query = {"source": source, "format": formats, **parameters}
        answer = self.order(f"{token} {json.dumps({'query': query})}")
        assert answer == "done", answer
        return token

    def order(self, line: str) -> str:
        assert self._process is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._answer()

    def kill(self) -> None:
        """End the server as a power cut would, and see to it that nothing of it survives."""
        assert self._process is not None
        self._process.kill()
        self.await_death()

    def await_death(self) -> None:
        """Wait until the server is dead by itself, and nothing of it survives."""
        assert self._process is not None
        self._process.wait(DEADLINE_SECONDS)
        self._close_pipes()
        eventually(lambda: not self.children(), "no child survives", 5)

    def terminate(self) -> int:
        """Ask the server to end, and tell its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(DEADLINE_SECONDS)
        self._close_pipes()
        return code

    def children(self) -> list[int]:
        """All processes that work in the work folder, whoever their parent is now."""
        found = []
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                try:
                    place = str((process / "cwd").readlink())
                except OSError:
                    continue
                if place.startswith(f"{self.folder}/work/"):
                    found.append(int(process.name))
        return found

    def task(self, token: str) -> TaskRecord:
        return self.database.tasks.read_tasks([token])[token]

    def finished(self, token: str, seconds: float = DEADLINE_SECONDS) -> TaskRecord:
        """Wait for the end of a task."""
        return eventually(lambda: self._if_final(token), f"end of task; log: {self.log.read_text()[-3000:]}", seconds)

    def rendered(self) -> list[str]:
        """The files that were begun, in that order."""
        log = self.folder / "rendered"
        return log.read_text().split() if log.exists() else []

    def processes(self) -> list[int]:
        """For how many outputs each child process was, 0 for a probe, in order of their start."""
        log = self.folder / "processes"
        return [int(line) for line in log.read_text().split()] if log.exists() else []

    def hold(self, gate: str) -> None:
        (self.folder / "gates" / f"hold-{gate}").touch()

    def await_gate(self, gate: str) -> None:
        eventually((self.folder / "gates" / f"at-{gate}").exists, f"gate {gate}: {self.log.read_text()}")

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def open_gates(self) -> None:
        (self.folder / "gates" / "go").touch()

    def open_scripts(self, token: str) -> int:
        """How many scripts of a task are at work or still to run."""
        with closing(sqlite3.connect(self.folder / NAME)) as database:
            here = "workflow_uuid LIKE ? AND status IN ('PENDING', 'ENQUEUED', 'DELAYED')"
            count = f"SELECT count(*) FROM workflow_status WHERE {here}"  # noqa: S608 - our own words
            return int(database.execute(count, (f"{token}.%",)).fetchone()[0])

    def put(self, index: int = 0) -> list[str]:
        """Names of the files that are at the destination."""
        folder = self.folder / "out" / str(index)
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.await_death()
            self.database.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.open_gates()
        if self._process is not None and self._process.poll() is None:
            self.kill()
        self.database.close()

    def _if_final(self, token: str) -> TaskRecord | None:
        task = self.task(token)
        return task if task.status.is_final else None

    def _listen(self, process: ToyProcess) -> None:
        with process.stdout:
            for line in process.stdout:
                self._answers.put(line.strip())

    def _answer(self) -> str:
        try:
            return self._answers.get(timeout=DEADLINE_SECONDS)
        except queue.Empty:
            raise AssertionError(f"the server does not answer: {self.log.read_text()}") from None

    def _close_pipes(self) -> None:
        assert self._process is not None
        self._process.stdin.close()
        self._listener.join(DEADLINE_SECONDS)
