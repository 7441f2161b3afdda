"""Steps that outlast a database that goes away, and that only the process does whose work they are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from dbos import DBOS

from filmstrip.db.patience import Patience, waiting
from filmstrip.domain.errors import DatabaseAwayError
from filmstrip.jobs.rules.step_limit import StepLimit, pass_over
from filmstrip.jobs.tasks.running_steps import RunningSteps

_AGAIN_SECONDS = 1.0
_DATABASE_SECONDS = 3600.0
"""How long a step waits for a database that does not answer: it is nobody's fault but the operator's."""

T = TypeVar("T")


class LastingSteps:
    """Does the steps of scripts."""

    def __init__(self, running: RunningSteps, demand_life: Callable[[], Awaitable[None]] | None) -> None:
        """Prepare it.

        Args:
            running: The steps that run.
            demand_life: Does not return once others do the work of this process; None if there are no others.
        """
        self._running = running
        self._demand_life = demand_life

    async def do(self, limit: StepLimit, work: Callable[[], Awaitable[T]], *, may_be_ended: bool = False) -> T:
        """Do a step of the script that runs; one that a lost database breaks off is done again.

        Raises:
            LimitExceededError: It took longer than its limit allows.
            TokenNotFoundError: It was ended.
        """
        script = DBOS.workflow_id or ""
        with waiting(Patience(_DATABASE_SECONDS, on_waited=pass_over)):
            ends_at = time.monotonic() + _DATABASE_SECONDS
            while True:
                try:
                    return await self._do_alive(
                        partial(self._running.do, limit, work, script, may_be_ended=may_be_ended)
                    )
                except DatabaseAwayError:
                    # It broke a transaction off, or a thread with less patience gave up. The step is done again.
                    if time.monotonic() > ends_at:
                        raise
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _do_alive(self, do: Callable[[], Awaitable[T]]) -> T:
        """Do a step, if this process does it and no other one, and tell what comes of it only if that is still so."""
        if self._demand_life is None:
            return await do()
        await self._demand_life()
        try:
            return await do()
        finally:
            await self._demand_life()
