"""What this process last knew of tasks, for clients that ask while the database does not answer."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from aiohttp import web

from filmstrip.api.parts import TaskRecords
from filmstrip.db.task_records import TaskRecord
from filmstrip.domain.errors import DatabaseAwayError

_MOST_KNOWN = 2000
_MOST_OUTPUTS = 20
"""Of tasks with more, nothing is kept: what they hold is bounded by their outputs."""

_PAUSE_SECONDS = 1.0
_WAIT_SECONDS = 20.0
"""How long the database is waited for: official clients give up a request after 30 seconds or more."""


class KnownStates:
    """The states of the tasks that were asked for last."""

    def __init__(self, wait_seconds: float = _WAIT_SECONDS) -> None:
        """Know nothing yet.

        Args:
            wait_seconds: How long the database is waited for.
        """
        self._wait_seconds = wait_seconds
        self._states: OrderedDict[str, TaskRecord] = OrderedDict()

    async def read(self, records: TaskRecords, tokens: Sequence[str]) -> Mapping[str, TaskRecord]:
        """Read the tasks that exist of those asked for, or tell what was known of them last.

        Raises:
            DatabaseAwayError: The database does not answer, and not all of them are known.
        """
        ends_at = asyncio.get_running_loop().time() + self._wait_seconds
        while True:
            try:
                found = await asyncio.to_thread(records.read_tasks, tokens)
            except DatabaseAwayError:
                if asyncio.get_running_loop().time() + _PAUSE_SECONDS > ends_at:
                    return self._known(tokens)
            else:
                self._keep(found)
                return found
            await asyncio.sleep(_PAUSE_SECONDS)

    def _known(self, tokens: Sequence[str]) -> Mapping[str, TaskRecord]:
        known = {token: self._states[token] for token in tokens if token in self._states}
        if len(known) < len(tokens):
            raise DatabaseAwayError("The database does not answer")
        return known

    def _keep(self, found: Mapping[str, TaskRecord]) -> None:
        for token, task in found.items():
            self._states.pop(token, None)
            if len(task.outputs) <= _MOST_OUTPUTS:
                self._states[token] = task
        while len(self._states) > _MOST_KNOWN:
            self._states.popitem(last=False)


KNOWN_STATES: web.AppKey[KnownStates] = web.AppKey("known_states", KnownStates)
