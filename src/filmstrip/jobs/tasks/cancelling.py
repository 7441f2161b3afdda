"""Cancels tasks: by the process that works on them, or by one that only answers clients."""

from __future__ import annotations

import asyncio
import time

import structlog

from filmstrip.db.database import Database
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.durable import Durable

_CLEAN_SECONDS = 5.0
"""How long it is waited for that a cancelled task has left nothing; the removal of much goes on without."""

_PAUSE_SECONDS = 0.05
_log = structlog.get_logger()


class Cancelling:
    """Cancels tasks."""

    def __init__(self, durable: Durable, database: Database, settings: JobSettings) -> None:
        """Join the parts.

        Args:
            durable: Has the scripts.
            database: Where everything is written down.
            settings: How tasks are run.
        """
        self._durable = durable
        self._database = database
        self._settings = settings

    async def cancel(self, token: str) -> bool:
        """End a task as one that failed; return whether nothing is left of what it has put.

        Whoever works on it sees that within a second. One that is cancelled already stays as it is.

        Raises:
            TokenNotFoundError: There is no such task.
            TaskStateError: It has ended.
        """
        await self.write_down(token)
        return await self.is_removed(token)

    async def write_down(self, token: str) -> None:
        """Cancel a task in the database, and let nothing of it begin any more; errors as in `cancel`."""
        cancel = self._database.cancellations.cancel_task
        if await asyncio.to_thread(cancel, token, self._settings.retry_hours):
            _log.info("task_cancelled", task_token=token)
        await asyncio.to_thread(self._durable.drop, f"{token}.")

    async def is_removed(self, token: str) -> bool:
        """Check whether nothing that a cancelled task has put is left; that is waited for a little."""
        ends_at = time.monotonic() + _CLEAN_SECONDS
        while not await asyncio.to_thread(self._database.cancellations.is_clean, token):
            if time.monotonic() > ends_at:
                return False
            await asyncio.sleep(_PAUSE_SECONDS)
        return not await asyncio.to_thread(self._database.cancellations.has_files, token)
