"""`python -m benchmarks.small_jobs`: what do many small jobs cost, and what of it is not ours to save?

Each job makes five thumbnails of a film of five seconds. In turn, round after round: the whole service, which many jobs
wait for; the durable engine alone, with a script a job that does as many steps of nothing; ffmpeg, two at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.services import cpu_seconds, finish, make_film, submit, wait_until_open
from filmstrip.cli.demo.api_client import ApiClient
from filmstrip.db.database import Database
from filmstrip.db.encryption import Cipher
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.script_kinds import Kind, Queue
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.testing.running_program import free_ports

_KEY = "k" * 24
_STEPS = 4
"""Steps of a job with one output that the journal keeps: fetch, probe, plan, make."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one round cost, for each job.

    Attributes:
        jobs_per_second: How many came to their end.
        main_cpu_seconds: CPU of the process that conducts.
        child_cpu_seconds: CPU of what it started.
    """

    jobs_per_second: float
    main_cpu_seconds: float
    child_cpu_seconds: float


def main() -> None:
    """Compare the three."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.small_jobs", description=__doc__)
    parser.add_argument("--jobs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine-alone", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.engine_alone is not None:
        asyncio.run(_run_scripts(given.engine_alone, given.jobs))
        return
    with tempfile.TemporaryDirectory() as folder:
        film = make_film(Path(folder))
        ways: dict[str, Callable[[Path], Cost]] = {
            "service": lambda here: _service(film, here, given.jobs),
            "durable engine alone": lambda here: _engine(here, given.jobs),
            "ffmpeg, two at a time": lambda here: _ffmpeg(film, here, given.jobs),
        }
        costs: dict[str, list[Cost]] = {name: [] for name in ways}
        for number in range(given.rounds):
            for name, way in ways.items():
                here = Path(folder) / f"{number} {name}"
                here.mkdir()
                costs[name].append(way(here))
        for name, of_rounds in costs.items():
            print(f"{name:22} " + "; ".join(_shown(of_rounds)))


def _shown(costs: list[Cost]) -> Iterator[str]:
    yield f"{max(cost.jobs_per_second for cost in costs):.1f} jobs a second at best"
    for what in ("main_cpu_seconds", "child_cpu_seconds"):
        values = [getattr(cost, what) for cost in costs]
        yield f"{what} {min(values):.3f} least, {median(values):.3f} median"


def _service(film: Path, here: Path, jobs: int) -> Cost:
    with _running_service(film, here) as (pid, client):
        token = client.access_token(_KEY)
        finish(client, [submit(client, token, film, here / f"warm{n}") for n in range(3)])
        began_at, before = time.perf_counter(), cpu_seconds(pid)
        finish(client, [submit(client, token, film, here / f"{n}") for n in range(jobs)])
        seconds, after = time.perf_counter() - began_at, cpu_seconds(pid)
        return Cost(jobs / seconds, (after[0] - before[0]) / jobs, (after[1] - before[1]) / jobs)


@contextmanager
def _running_service(film: Path, here: Path) -> Iterator[tuple[int, ApiClient]]:
    """Run a service until the block ends; gives its process id and a client."""
    (port,) = free_ports(1)
    environment = os.environ | {
        "FILMSTRIP_API_KEYS": _KEY,
        "FILMSTRIP_HOST": "127.0.0.1",
        "FILMSTRIP_PORT": str(port),
        "FILMSTRIP_DATA_DIR": str(here / "data"),
        "FILMSTRIP_LOCAL_ROOTS": str(film.parent),
    }
    program = Path(sys.executable).with_name("filmstrip")
    with (here / "log").open("wb") as log:
        process = subprocess.Popen([program, "serve"], env=environment, stdout=log, stderr=log)
        try:
            wait_until_open(port)
            yield process.pid, ApiClient(f"http://127.0.0.1:{port}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _engine(here: Path, jobs: int) -> Cost:
    # In a process of its own: the engine has only one of it in each.
    command = [sys.executable, "-m", "benchmarks.small_jobs", "--engine-alone", str(here), "--jobs", str(jobs)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, cpu_seconds = (float(word) for word in told.split())
    return Cost(jobs / seconds, cpu_seconds / jobs, 0.0)


async def _run_scripts(here: Path, jobs: int) -> None:
    database = Database(f"sqlite:///{here}/filmstrip.db", Cipher(bytes(32)))
    await asyncio.to_thread(database.migrate)
    durable, done = Durable(database.companion_engine(), 1.0), asyncio.Semaphore(0)
    loop = asyncio.get_running_loop()

    async def nothing() -> None:
        pass

    async def script(_token: str) -> None:
        for number in range(_STEPS):
            await durable.step(f"step {number}", nothing, 60)
        loop.call_soon_threadsafe(done.release)

    await asyncio.to_thread(durable.start, {"script": Kind(script, Queue("scripts", 16, 16))})

    async def run(names: list[str]) -> None:
        for name in names:
            await asyncio.to_thread(durable.enqueue, None, "script", name, (name,), "-")
            durable.wake("script")
        for _ in names:
            await done.acquire()

    await run([f"warm{number}" for number in range(3)])
    began_at, before = time.perf_counter(), time.process_time()
    await run([f"{number}" for number in range(jobs)])
    print(time.perf_counter() - began_at, time.process_time() - before)
    await durable.stop(0)
    database.close()


def _ffmpeg(film: Path, here: Path, jobs: int) -> Cost:
    ffmpeg = find_ffmpeg(MediaSettings())

    def make(number: int) -> None:
        (here / f"{number}").mkdir()
        pictures = ["-vf", "fps=1,scale=160:90", "-q:v", "3", f"{here}/{number}/%d.jpg"]
        subprocess.run([ffmpeg, "-v", "error", "-i", str(film), *pictures], check=True)

    began_at, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(make, range(jobs)))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(jobs / (time.perf_counter() - began_at), 0.0, cpu_seconds / jobs)


if __name__ == "__main__":
    main()
