"""Work that may have killed the service itself: it is begun again, soon alone, and given up if it happens too often.

Media work lives in child processes, but a container that runs out of memory takes everything with it. What was at work
then is suspected, the guilty and the innocent alike; a suspect works alone, so that the next death tells them apart.
It keeps the others out for a bounded time only: nothing may hold up a neighbour for as long as it likes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial

from filmstrip.db.database import Database
from filmstrip.domain.errors import WorkGivenUpError
from filmstrip.jobs.making.finished_in_thread import finished_in_thread
from filmstrip.jobs.rules.step_limit import standing_still

_SUSPECT_INTERRUPTIONS = 2
ALONE_SECONDS = 60.0
"""How long new work waits for a suspect: until the machine is quiet, and once more as long while it works."""


class Interruptions:
    """Lets work begin, and knows how often it was interrupted."""

    def __init__(
        self, database: Database, recoveries: int, alone_seconds: float = ALONE_SECONDS, executor_id: str | None = None
    ) -> None:
        """Prepare it.

        Args:
            database: Where the marks are.
            recoveries: How often work is begun again.
            alone_seconds: How long new work waits for a suspect.
            executor_id: Whose marks are made; None if one service has the database.
        """
        self._executor_id = executor_id
        self._database = database
        self._recoveries = recoveries
        self._alone_seconds = alone_seconds
        self._marks = Counter[tuple[str, int | None]]()
        self._at_work = 0
        self._suspects: set[object] = set()
        self._changed = asyncio.Event()

    async def is_suspect(self, token: str, index: int) -> bool:
        """Check whether the service died so often while an output was worked on that it may be the reason."""
        return (
            await asyncio.to_thread(self._database.interruptions.read_interruptions, token, index)
            >= _SUSPECT_INTERRUPTIONS
        )

    @asynccontextmanager
    async def work(self, token: str, index: int | None = None) -> AsyncIterator[None]:
        """Work on an output, or on the source of a task, until the end of the block.

        Raises:
            WorkGivenUpError: It was interrupted too often.
        """
        count = await asyncio.to_thread(self._database.interruptions.read_interruptions, token, index)
        if count > self._recoveries:
            raise WorkGivenUpError(f"It was given up: the service died {count} times while it was worked on")
        async with self._alone() if count >= _SUSPECT_INTERRUPTIONS else self._beside_others():
            self._marks[token, index] += 1
            try:
                # Cancelled between the two, the mark would outlive the work and make a suspect of it.
                begin_work = partial(self._database.interruptions.begin_work, executor_id=self._executor_id)
                await finished_in_thread(begin_work, token, index)
                yield
            finally:
                await self._end_work(token, index)

    async def _end_work(self, token: str, index: int | None) -> None:
        """Take the mark of an output away, once none of its pieces is at work here."""
        self._marks[token, index] -= 1
        if not self._marks[token, index]:
            del self._marks[token, index]
            end_work = partial(self._database.interruptions.end_work, executor_id=self._executor_id)
            await finished_in_thread(end_work, token, index)

    @asynccontextmanager
    async def _beside_others(self) -> AsyncIterator[None]:
        with standing_still():
            await self._until(lambda: not self._suspects)
        with self._at_work_in_block():
            yield

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        suspect = object()
        with standing_still():
            await self._until(lambda: not self._suspects)
            self._suspects.add(suspect)
            try:
                await self._become_quiet()
            except BaseException:
                self._let_in(suspect)
                raise
        later = asyncio.get_running_loop().call_later(self._alone_seconds, self._let_in, suspect)
        try:
            with self._at_work_in_block():
                yield
        finally:
            later.cancel()
            self._let_in(suspect)

    async def _become_quiet(self) -> None:
        """Wait until nothing is at work, but not for ever: a death then makes suspects of all that are."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._until(lambda: not self._at_work), self._alone_seconds)

    def _let_in(self, suspect: object) -> None:
        self._suspects.discard(suspect)
        self._tell()

    @contextmanager
    def _at_work_in_block(self) -> Iterator[None]:
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1
            self._tell()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._changed.wait()

    def _tell(self) -> None:
        """Let all that wait look again; without waiting for a lock, where a cancellation could strike."""
        self._changed.set()
        self._changed = asyncio.Event()
