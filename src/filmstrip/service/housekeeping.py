"""Removes what has expired: a task beside the service, for as long as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog

from filmstrip.db.database import Database
from filmstrip.domain.errors import ResourceError
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.temporary import sweep_temporary
from filmstrip.uploads.uploads import Uploads

_PAUSE_SECONDS = 600.0
_KEEP_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass
class Kept:
    """What became of the database.

    Attributes:
        lost: Why it is not this service's any more; None as long as it is.
    """

    lost: ResourceError | None = None


@asynccontextmanager
async def housekeeping(
    settings: StorageSettings, uploads: Uploads, database: Database, on_lost: Callable[[], object]
) -> AsyncIterator[Kept]:
    """Look after what else the service has, until the block ends.

    The temporary store and the uploads are swept now and every ten minutes, and every few seconds it is seen to that no
    other service has taken the database meanwhile.

    Args:
        settings: Where the temporary store is.
        uploads: What clients sent.
        database: What is this service's alone.
        on_lost: Is called once another service has it.
    """
    kept = Kept()
    tasks = [
        asyncio.create_task(_sweep_for_ever(settings, uploads)),
        asyncio.create_task(_keep_for_ever(database, kept, on_lost)),
    ]
    try:
        yield kept
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _keep_for_ever(database: Database, kept: Kept, on_lost: Callable[[], object]) -> None:
    while True:
        await asyncio.sleep(_KEEP_SECONDS)
        try:
            await asyncio.to_thread(database.keep)
        except ResourceError as error:
            kept.lost = error
            on_lost()
            return


async def _sweep_for_ever(settings: StorageSettings, uploads: Uploads) -> None:
    while True:
        for sweep in (partial(_sweep_temporary, settings), uploads.sweep):
            try:
                await asyncio.to_thread(sweep)
            except Exception:
                log.exception("sweeping_failed")
        await asyncio.sleep(_PAUSE_SECONDS)


def _sweep_temporary(settings: StorageSettings) -> None:
    swept = sweep_temporary(settings, datetime.now(UTC))
    if swept:
        log.info("temporary_files_swept", hours=swept)
