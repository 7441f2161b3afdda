"""What a process has to do with the others on its database: nothing on SQLite, which one service has."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection
from contextlib import suppress

import structlog

from filmstrip.db.backends.advisory_locks import ENGINE
from filmstrip.db.database import Database
from filmstrip.domain.errors import DatabaseAwayError
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.executor_identity import LOCAL, this_executor
from filmstrip.jobs.tasks.liveness import Liveness

_TEMPORARY_FAILURE = 75
"""Exit code of what is to be started again (sysexits.h, EX_TEMPFAIL)."""

_log = structlog.get_logger()


class Fleet:
    """This process among those that share its database.

    Attributes:
        executor_id: Which one it is.
        marks_of: Whose marks of work are counted by themselves; None if all are this process's.
    """

    def __init__(self, database: Database, settings: JobSettings, on_dead: Callable[[], object]) -> None:
        """Prepare it.

        Args:
            database: What they share.
            settings: How this process is called, and shows that it lives.
            on_dead: Ends this process at once: another one does its work now.
        """
        self._database = database
        self._durable: Durable | None = None
        self._liveness: Liveness | None = None
        self.executor_id = LOCAL
        self.marks_of: str | None = None
        database.events.worker = LOCAL
        if database.is_shared:
            executor = this_executor(settings, database.key_fingerprint)
            self.executor_id = self.marks_of = executor.id
            database.events.worker = executor.name
            self._liveness = Liveness(
                database, executor, settings.live_seconds, take_over=self._take_over, on_dead=on_dead
            )

    async def demand_life(self) -> None:
        """Return only if this process still counts as alive."""
        if self._liveness is not None:
            await self._liveness.demand_life()

    def begin(self, *, replace: bool = False) -> None:
        """Take up what an earlier process left, or begin beside the others; blocking.

        Raises:
            ResourceError: Another process of this name is alive.
        """
        if self._liveness is None:
            self._database.interruptions.count_interruptions()
        else:
            self._liveness.begin(replace=replace)

    def start(self, durable: Durable, start_engine: Callable[[], object]) -> None:
        """Start the engine, while no other process does, and look after the others from then on; blocking."""
        self._durable = durable
        if self._liveness is not None:
            # Others may take minutes with theirs, and this process counts as alive already.
            self._liveness.start()
        try:
            with self._database.alone(ENGINE):
                start_engine()
        except BaseException:
            if self._liveness is not None:
                with suppress(DatabaseAwayError):
                    self._liveness.stop()
            raise

    async def stop(self) -> None:
        """Leave what there is to the others."""
        if self._liveness is not None:
            await asyncio.to_thread(self._liveness.stop)

    def _take_over(self) -> None:
        if self._durable is None:
            return
        dead: set[str] = set()

        def find_dead(executors: Collection[str]) -> Collection[str]:
            alive = {each.id for each in self._database.executors.list_alive()}
            for executor_id in set(executors) - alive - dead:
                # Before its work begins again: what was at work when it died may be the reason.
                self._database.interruptions.count_interruptions(executor_id)
                self._database.callbacks.release_claims(executor_id)
                dead.add(executor_id)
            return dead

        self._durable.take_over(find_dead)


def end_at_once() -> None:
    """End this process: its children end with it."""
    _log.error("ended_at_once", reason="another process does its work now, as this one showed no sign of life")
    os._exit(_TEMPORARY_FAILURE)
