"""`python -m benchmarks.fleet --database URL`: what does a fleet cost at rest, and how soon does it begin with work?

An API process and a worker on a database of their own, made on the PostgreSQL server of the URL. One line a question;
`xact` are transactions as the server counts them (pg_stat_database), those that were taken back included.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psycopg

from benchmarks.services import cpu_seconds, finish, make_film, submit, wait_until_open
from filmstrip.cli.demo.api_client import ApiClient
from filmstrip.testing.running_program import free_ports

_KEYS = ("a" * 24, "b" * 24)
_WARM_SECONDS = 65.0
"""The durable engine looks for schedules each second in its first minute."""
_LOOKS = 0.02
_LEFT = "SELECT count(*) FROM task WHERE status <> 'completed' AND token = ANY(%s)"
_WAIT = "SELECT started_at_epoch_ms - created_at FROM dbos.workflow_status WHERE workflow_uuid = %s"
_MANY = """
INSERT INTO dbos.workflow_status (workflow_uuid, queue_partition_key, created_at, updated_at, status, name, queue_name,
    application_name, recovery_attempts, priority, inputs, serialization)
SELECT md5(n::text) || '.1', '99', 1, 1, 'ENQUEUED', w.name, w.queue_name, w.application_name, 0, w.priority,
    replace(w.inputs, split_part(w.workflow_uuid, '.', 1), md5(n::text)), w.serialization
FROM generate_series(1, %s) n, (SELECT * FROM dbos.workflow_status WHERE queue_name = 'tasks' LIMIT 1) w RETURNING 1
"""


@dataclass
class Fleet:
    """A fleet.

    Attributes:
        client: Speaks to its API process.
        film: What its jobs are made of.
        here: Where their files go.
        database: The address of its database.
        worker: Its worker.
        sessions: A session of each API key.
    """

    client: ApiClient
    film: Path
    here: Path
    database: str
    worker: int
    sessions: list[str] = field(default_factory=list)

    def submit(self, key: int = 0, interval: float = 1) -> str:
        """Start a job of an API key."""
        return submit(self.client, self.sessions[key], self.film, self.here / secrets.token_hex(8), interval)

    def ask(self, sql: str, *values: object) -> list[tuple[float, ...]]:
        """Ask the database, by a connection that is counted as two transactions at most."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(sql.encode(), values or None).fetchall()

    def transactions(self) -> int:
        """Tell how many there were."""
        sums = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
        return int(self.ask(sums)[0][0])

    def finish(self, tasks: list[str]) -> None:
        """Wait until tasks are over, asking seldom."""
        while self.ask(_LEFT, tasks)[0][0]:
            time.sleep(_LOOKS)


def main() -> None:
    """Answer the questions."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__)
    parser.add_argument("--database", required=True, help="postgresql://… of a server where databases may be made")
    parser.add_argument("--queued", type=int, default=100, help="how many tasks of one key are queued before another's")
    parser.add_argument("--deep", type=int, default=100_000, help="how many tasks are queued for the last question")
    parser.add_argument("--only", help="one question by its name")
    given = parser.parse_args()
    questions: dict[str, Callable[[Fleet], str]] = {
        "idle": _idle,
        "pickup": _pickup,
        "pictures": _pictures,
        "small": _small,
        "fair": lambda fleet: _fair(fleet, given.queued),
        "deep": lambda fleet: _deep(fleet, given.deep),
    }
    with tempfile.TemporaryDirectory() as folder:
        film = make_film(Path(folder))
        for name, question in questions.items():
            if given.only in {None, name}:
                with _running(given.database, film, Path(folder) / name) as fleet:
                    print(f"{name:9} {question(fleet)}", flush=True)


def _idle(fleet: Fleet) -> str:
    time.sleep(_WARM_SECONDS)
    began_at, before, cpu = time.monotonic(), fleet.transactions(), cpu_seconds(fleet.worker)[0]
    time.sleep(20)
    seconds = time.monotonic() - began_at
    used = cpu_seconds(fleet.worker)[0] - cpu
    return f"{(fleet.transactions() - before) / seconds:.1f} xact/s, {100 * used / seconds:.1f} % of a core"


def _pickup(fleet: Fleet) -> str:
    fleet.finish([fleet.submit()])
    waits = []
    for _ in range(15):
        task = fleet.submit()
        fleet.finish([task])
        waits.append(fleet.ask(_WAIT, f"{task}.1")[0][0])
        time.sleep(0.37)
    return f"begins after {median(waits):.0f} ms (median), {max(waits):.0f} ms (most of {len(waits)})"


def _pictures(fleet: Fleet) -> str:
    fleet.finish([fleet.submit()])
    time.sleep(2)
    before = fleet.transactions()
    time.sleep(10)
    idle = (fleet.transactions() - before) / 10
    before, began_at = fleet.transactions(), time.monotonic()
    task = fleet.submit(interval=0.025)
    while True:
        time.sleep(0.5)
        if not fleet.ask(_LEFT, [task])[0][0]:
            break
    seconds = time.monotonic() - began_at
    looks = int(seconds / 0.5)
    count = fleet.transactions() - before - looks
    return f"200 pictures in {seconds:.1f} s: {count} xact, {count - idle * seconds:.0f} without those at rest"


def _small(fleet: Fleet) -> str:
    fleet.finish([fleet.submit() for _ in range(3)])
    tasks = [fleet.submit() for _ in range(200)]
    before, began_at, cpu = fleet.transactions(), time.monotonic(), sum(cpu_seconds(fleet.worker))
    resting = _resting_seconds()
    done = _finished(fleet)
    finish(fleet.client, tasks[-1:])
    fleet.finish(tasks)
    seconds = time.monotonic() - began_at
    made = 203 - done
    busy = (sum(cpu_seconds(fleet.worker)) - cpu) / seconds
    idle = (_resting_seconds() - resting) / seconds
    rate = (fleet.transactions() - before) / made
    return f"{made / seconds:.1f} jobs/s, {busy:.2f} cores busy by the worker, {idle:.2f} idle, {rate:.0f} xact a job"


def _resting_seconds() -> float:
    """Tell for how long the processors of this machine had nothing to do, all together (proc(5), /proc/stat)."""
    return int(Path("/proc/stat").read_text().split()[4]) / os.sysconf("SC_CLK_TCK")


def _finished(fleet: Fleet) -> int:
    return int(fleet.ask("SELECT count(*) FROM task WHERE status = 'completed'")[0][0])


def _fair(fleet: Fleet, queued: int) -> str:
    """Compare with how long one of the jobs has a slot when nothing else is to be done."""
    fleet.finish([fleet.submit() for _ in range(2)])
    began_at = time.monotonic()
    fleet.finish([fleet.submit()])
    alone = time.monotonic() - began_at
    tasks = [fleet.submit() for _ in range(queued)]
    done, began_at = _finished(fleet), time.monotonic()
    fleet.finish([fleet.submit(key=1)])
    seconds, others = time.monotonic() - began_at, _finished(fleet) - done - 1
    left = queued - _finished(fleet) + 4
    fleet.finish(tasks)
    return f"alone {alone:.2f} s, behind {left} of another key {seconds:.2f} s, in which {others} of those ended"


def _deep(fleet: Fleet, rows: int) -> str:
    """Tasks that are not known end at once, so that the queue is not only long but also worked on."""
    fleet.finish([fleet.submit()])
    began_at = time.monotonic()
    fleet.ask(_MANY, rows)
    inserted = time.monotonic() - began_at
    return f"{rows} queued ({inserted:.0f} s): a job of another key {_pickup(fleet)}"


@contextmanager
def _running(server: str, film: Path, here: Path) -> Iterator[Fleet]:
    here.mkdir()
    name = f"fleet_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    (port,) = free_ports(1)
    database = f"{server.rpartition('/')[0]}/{name}"
    environment = os.environ | {
        "FILMSTRIP_API_KEYS": ",".join(_KEYS),
        "FILMSTRIP_SECRET_KEY": secrets.token_hex(32),
        "FILMSTRIP_HOST": "127.0.0.1",
        "FILMSTRIP_PORT": str(port),
        "FILMSTRIP_DATABASE_URL": database,
        "FILMSTRIP_SHARED_ROOTS": str(film.parent),
        "FILMSTRIP_REQUESTS_PER_ADDRESS": "none",
        "FILMSTRIP_REQUESTS_PER_KEY": "none",
    }
    program = Path(sys.executable).with_name("filmstrip")
    with ExitStack() as stack:
        pids = [
            stack.enter_context(running_program([program, role], environment, here / role))
            for role in ("worker", "api")
        ]
        wait_until_open(port)
        client = ApiClient(f"http://127.0.0.1:{port}")
        fleet = Fleet(client, film, here, database, pids[0])
        fleet.sessions = [client.access_token(key) for key in _KEYS]
        yield fleet


@contextmanager
def running_program(command: list[str | Path], environment: dict[str, str], here: Path) -> Iterator[int]:
    here.mkdir()
    own = environment | {"FILMSTRIP_DATA_DIR": str(here / "data")}
    with (here / "log").open("wb") as log:
        process = subprocess.Popen(command, env=own, stdout=log, stderr=log)
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


if __name__ == "__main__":
    main()
