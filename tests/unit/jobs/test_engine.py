"""What does the engine see to besides its scripts?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from filmstrip.db.database import Database
from filmstrip.jobs.engine import JobEngine
from filmstrip.jobs.settings import JobSettings
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


async def test_an_orderly_stop_makes_no_suspects(database: Database, token: str, tmp_path: Path) -> None:
    """What a stop cuts off without ceremony is not counted as interrupted by a death."""
    async with running(database, tmp_path):
        database.begin_work(token, 1)
    database.count_interruptions()
    assert database.read_interruptions(token, 1) == 0
