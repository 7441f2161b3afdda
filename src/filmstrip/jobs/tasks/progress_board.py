"""Writes progress into the database: all outputs' together, in one transaction about once a second."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from filmstrip.db.database import Database
from filmstrip.domain.errors import DatabaseAwayError

_log = structlog.get_logger()


class ProgressBoard:
    """What outputs said last of how far they are."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._fractions: dict[tuple[str, int], float] = {}
        self._writing: asyncio.Task[None] | None = None

    def tell(self, token: str, index: int, fraction: float) -> None:
        """Say how far an output is; from any thread."""
        self._fractions[token, index] = fraction

    def start(self) -> None:
        """Begin to write down what is told."""
        self._writing = asyncio.create_task(self._keep_writing())

    async def stop(self) -> None:
        """Write down the last of it and stop."""
        if self._writing is not None:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing
        await self._write()

    async def _keep_writing(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            await self._write()

    async def _write(self) -> None:
        fractions, self._fractions = self._fractions, {}
        if fractions:
            try:
                await asyncio.to_thread(self._database.outputs.record_progress, fractions)
            except DatabaseAwayError as error:
                _log.warning("progress_not_written", reason=str(error))
            except Exception:  # noqa: BLE001 - progress is not worth a task; the next second tells it again
                _log.warning("progress_not_written", exc_info=True)
