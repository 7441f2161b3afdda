"""What does the engine see to besides its scripts?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from filmstrip.db.database import Database
from filmstrip.domain.errors import ResourceError
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.engine import JobEngine
from filmstrip.media.settings import MediaSettings
from filmstrip.storage.settings import StorageSettings


@asynccontextmanager
async def running(database: Database, folder: Path, **settings: Any) -> AsyncIterator[JobEngine]:
    jobs = JobSettings(folder / "work", **settings)
    engine = JobEngine(database, jobs, MediaSettings(), StorageSettings(folder / "temporary"))
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


async def test_an_orderly_stop_makes_no_suspects(
    database: Database, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a stop cuts off is not counted as interrupted by a death, also where the stop itself is killed."""
    async with running(database, tmp_path) as engine:
        database.interruptions.begin_work(token, 1)
        stop, counts = engine._durable.stop, []

        async def draining(seconds: float) -> None:
            database.interruptions.count_interruptions()
            counts.append(database.interruptions.read_interruptions(token, 1))
            database.interruptions.begin_work(token, 1)
            await stop(seconds)

        monkeypatch.setattr(engine._durable, "stop", draining)
    database.interruptions.count_interruptions()
    assert [*counts, database.interruptions.read_interruptions(token, 1)] == [0, 0]


async def test_readiness_names_what_hangs(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which steps are past their limits, each once with how often; the most frequent ones first."""
    async with running(database, tmp_path) as engine:
        await engine.check()
        asked: list[float] = []
        names = ["fetch", *["make a"] * 3, "probe"]

        def stuck_steps(slack_seconds: float) -> list[str]:
            asked.append(slack_seconds)
            return names

        monkeypatch.setattr(engine._durable, "stuck_steps", stuck_steps)
        with pytest.raises(
            ResourceError, match=r"^Steps hang, past their time limits: make a \(3 times\), fetch, probe$"
        ):
            await engine.check()
        names += [f"make {number}" for number in range(9)]
        with pytest.raises(ResourceError, match=r"make 1, …$"):
            await engine.check()
        assert asked == [60, 60]
    with pytest.raises(ResourceError, match="does not run"):
        await engine.check()
