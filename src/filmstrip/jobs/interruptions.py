"""What if work kills the service itself? It is begun again, soon alone, and given up when it happens too often.

Media work lives in child processes, but a container that runs out of memory takes everything with it. What was at work
then is suspected, the guilty and the innocent alike; a suspect works alone, so that the next death tells them apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from filmstrip.db.database import Database
from filmstrip.domain.errors import MediaProcessError

_SUSPECT_INTERRUPTIONS = 2


class Interruptions:
    """Lets work begin, and knows how often it was interrupted."""

    def __init__(self, database: Database, recoveries: int) -> None:
        """Prepare it.

        Args:
            database: Where the marks are.
            recoveries: How often work is begun again.
        """
        self._database = database
        self._recoveries = recoveries
        self._at_work = 0
        self._suspects = 0
        self._changed = asyncio.Condition()

    async def is_suspect(self, token: str, index: int) -> bool:
        """Tell whether the service died so often while an output was worked on that it may be the reason."""
        return await asyncio.to_thread(self._database.read_interruptions, token, index) >= _SUSPECT_INTERRUPTIONS

    @asynccontextmanager
    async def work(self, token: str, index: int | None = None) -> AsyncIterator[None]:
        """Work on an output, or on the source of a task, until the end of the block.

        Raises:
            MediaProcessError: It was interrupted too often.
        """
        count = await asyncio.to_thread(self._database.read_interruptions, token, index)
        if count > self._recoveries:
            raise MediaProcessError(f"It was given up: the service died {count} times while it was worked on")
        async with self._place(alone=count >= _SUSPECT_INTERRUPTIONS):
            await asyncio.to_thread(self._database.begin_work, token, index)
            try:
                yield
            finally:
                await asyncio.to_thread(self._database.end_work, token, index)

    @asynccontextmanager
    async def _place(self, *, alone: bool) -> AsyncIterator[None]:
        # A suspect at work, or waiting for the others to end, keeps new work from beginning.
        self._suspects += alone
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: not (self._at_work if alone else self._suspects))
                self._at_work += 1
            try:
                yield
            finally:
                await self._leave()
        finally:
            self._suspects -= alone
            async with self._changed:
                self._changed.notify_all()

    async def _leave(self) -> None:
        async with self._changed:
            self._at_work -= 1
            self._changed.notify_all()
