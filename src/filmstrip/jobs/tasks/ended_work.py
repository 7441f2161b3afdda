"""Ends the work of tasks that have ended otherwise than by it: that were cancelled, by whichever process.

Each process looks for itself, and only as long as it works on something: is what it works on still open? Whoever
cancels a task writes it down, and needs to know nobody.
"""

from __future__ import annotations

import asyncio

import structlog

from filmstrip.domain.errors import DatabaseAwayError
from filmstrip.jobs.tasks.cleaning import Cleaning
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.surroundings import Surroundings

_LOOK_SECONDS = 0.5
_END_SECONDS = 20.0
_STOP_SECONDS = 2.0
_log = structlog.get_logger()


class EndedWork:
    """Ends the work of tasks that have ended."""

    def __init__(self, durable: Durable, around: Surroundings, cleaning: Cleaning) -> None:
        """Join the parts.

        Args:
            durable: Runs the scripts.
            around: What is known of tasks.
            cleaning: Removes what they have put.
        """
        self._durable = durable
        self._around = around
        self._cleaning = cleaning
        self._ending: dict[str, asyncio.Task[None]] = {}

    async def keep_looking(self) -> None:
        """End what is to be ended, again and again, until it is cancelled."""
        while True:
            try:
                for token in await self._ended():
                    self._begin(token)
            except DatabaseAwayError as error:
                _log.warning("not_looked_for_ended_tasks", reason=str(error))
            except Exception:  # noqa: BLE001 - whatever it is, the next look may find it gone
                _log.exception("not_looked_for_ended_tasks")
            await asyncio.sleep(_LOOK_SECONDS)

    async def stop(self) -> None:
        """Wait for what is being ended, but not for long: the next start removes what is left."""
        if ending := list(self._ending.values()):
            await asyncio.wait(ending, timeout=_STOP_SECONDS)

    async def end(self, token: str) -> None:
        """End all work on a task here, and remove what it has put and what is left of it on this machine."""
        await self._begin(token)

    def _begin(self, token: str) -> asyncio.Task[None]:
        """End it beside what else ends: one that does not let itself be ended keeps no other one from it."""
        ending = self._ending.get(token)
        if ending is None:
            ending = self._ending[token] = asyncio.create_task(self._end(token))
            ending.add_done_callback(lambda _ending: self._ending.pop(token))
        return ending

    async def _ended(self) -> set[str]:
        tokens = {script.partition(".")[0] for script in self._durable.scripts_at_work() if "." in script}
        if not tokens:
            return set()
        return tokens - await asyncio.to_thread(self._around.database.tasks.unfinished_among, tokens)

    async def _end(self, token: str) -> None:
        try:
            self._around.forget(token)
            await self._durable.end_steps(f"{token}.", _END_SECONDS)
            self._around.open_tasks.leave(token)
            await asyncio.to_thread(self._cleaning.clean, token)
            await asyncio.to_thread(self._around.folders.empty_task, token)
            _log.info("work_ended", task_token=token)
        except DatabaseAwayError as error:
            # The tidying does the rest.
            _log.warning("work_not_ended", task_token=token, reason=str(error))
