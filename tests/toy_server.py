"""The engine as a process of its own, for tests that kill it: forked from one that called `load` (`toy_process`).

The first line on its standard input are its data folder and settings, in JSON; the next ones `TOKEN QUERY`, which it
submits, or `cancel TOKEN`, or `retry TOKEN`. It answers each by a line on its standard output. The file `die-at` in the
data folder names where it kills itself, once: "before", "inside" or "after" and the name of a step. "inside" is when
the step's work is done and not yet written down.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog

import toy_child
from early_forks import fork_early
from filmstrip.db.database import Database
from filmstrip.domain.errors import FilmstripError
from filmstrip.jobs.callbacks.settings import CallbackSettings
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.engine import JobEngine
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs.child.fetch_request import FETCHER
from filmstrip.outputs.registry import output_types
from filmstrip.params.query import Query, parse_query
from filmstrip.storage.settings import StorageSettings
from fresh_database import open_database
from toy_output import note_parsed


def parse(text: str) -> Query[Any]:
    return parse_query(text, output_types())


def make_mortal(folder: Path) -> None:
    """Let this process die where the test wants it."""
    step_of_durable = Durable.step

    def die_at(moment: str, step: str) -> None:
        order = folder / "die-at"
        if order.exists() and order.read_text() == f"{moment} {step}":
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    async def step(self: Durable, name: str, work: Callable[[], Awaitable[Any]], *limits: Any, **ways: Any) -> Any:
        async def mortal_work() -> Any:
            result = await work()
            die_at("inside", name)
            return result

        die_at("before", name)
        result = await step_of_durable(self, name, mortal_work, *limits, **ways)
        die_at("after", name)
        return result

    Durable.step = step  # type: ignore[method-assign]


def make_engine(folder: Path, settings: dict[str, dict[str, Any]], database: Database) -> JobEngine:
    jobs = {"poll_seconds": 0.05, "progress_seconds": 0.1, "retry_seconds": 0.0, "slots": 2} | settings.get("jobs", {})
    work_root = Path(jobs.pop("work_root", folder / "work"))
    roots = {"local_roots": (folder,), "private_hosts": ("127.0.0.1",), "retries": 0} | settings.get("storage", {})
    roots["local_roots"] = tuple(map(Path, roots["local_roots"]))

    def noting_parse(text: str) -> Query[Any]:
        note_parsed(folder, "query")
        return parse(text)

    return JobEngine(
        database,
        JobSettings(work_root, **jobs),
        MediaSettings(**settings.get("media", {})),
        StorageSettings(folder / "temporary", **roots),
        callbacks=CallbackSettings(**settings.get("callbacks", {})),
        parse=noting_parse,
        child=toy_child.__name__,
    )


async def obey(engine: JobEngine, line: str) -> str:
    first, rest = line.strip().split(" ", 1)
    if first == "retry":
        return await engine.retry(rest)
    if first == "cancel":
        await engine.cancel(rest)
    else:
        await engine.submit(first, parse(rest), None)
    return "done"


def answer(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def serve(folder: Path, settings: dict[str, Any]) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    make_mortal(folder)
    database = open_database(folder)
    engine = make_engine(folder, settings, database)
    stopping = asyncio.Event()
    try:
        await engine.start()
    except FilmstripError as error:
        answer(f"refused: {error}")
        os._exit(1)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    answer("started")
    orders = asyncio.create_task(take_orders(engine))
    await stopping.wait()
    orders.cancel()
    await engine.stop(settings.get("drain_seconds", 0))
    database.close()
    os._exit(0)


async def take_orders(engine: JobEngine) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            answer(await obey(engine, line))
        except Exception as error:  # noqa: BLE001 - the test wants to see it
            answer(repr(error))


def load() -> None:
    """Load what toy servers and their media processes need, once for all of them."""
    toy_child.load()
    importlib.import_module(FETCHER).load()


def main() -> None:
    """Serve until SIGTERM comes."""
    folder, settings = json.loads(sys.stdin.readline())
    fork_early(toy_child.__name__, FETCHER)
    asyncio.run(serve(Path(folder), settings))
