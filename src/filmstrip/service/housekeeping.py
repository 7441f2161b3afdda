"""Removes what has expired: a task beside the service, for as long as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import structlog

from filmstrip.domain.errors import FilmstripError
from filmstrip.storage.own.serving import TemporaryObjects
from filmstrip.uploads.uploads import Uploads

_PAUSE_SECONDS = 600.0

log = structlog.get_logger(__name__)


@asynccontextmanager
async def housekeeping(objects: TemporaryObjects, uploads: Uploads) -> AsyncIterator[None]:
    """Sweep the temporary store and the uploads now and every ten minutes until the block ends."""
    sweeping = asyncio.create_task(_sweep_for_ever(objects, uploads))
    try:
        yield
    finally:
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping


async def _sweep_for_ever(objects: TemporaryObjects, uploads: Uploads) -> None:
    while True:
        for sweep in (partial(_sweep_temporary, objects), uploads.sweep):
            try:
                await asyncio.to_thread(sweep)
            except FilmstripError as error:
                log.warning("not_swept", reason=str(error))
            except Exception:
                log.exception("sweeping_failed")
        await asyncio.sleep(_PAUSE_SECONDS)


def _sweep_temporary(objects: TemporaryObjects) -> None:
    swept = objects.sweep(datetime.now(UTC))
    if swept:
        log.info("temporary_files_swept", hours=swept)
