"""The steps that run now, for which script, and until when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from filmstrip.domain.errors import LimitExceededError
from filmstrip.jobs.rules.step_limit import StepLimit

T = TypeVar("T")


class RunningSteps:
    """The steps that run; what asks about them may be in another thread."""

    def __init__(self) -> None:
        self._scripts: dict[StepLimit, str] = {}
        self._may_begin = True

    async def do(self, limit: StepLimit, work: Callable[[], Awaitable[T]], script: str) -> T:
        """Do a step of a script; once none may begin any more, wait until that is cancelled.

        Raises:
            LimitExceededError: It took longer than its limit allows.
        """
        if not self._may_begin:
            await asyncio.Event().wait()
        self._scripts[limit] = script
        timeout: asyncio.Timeout | None = None
        try:
            async with limit.running() as timeout:
                return await work()
        except TimeoutError:
            if timeout is None or not timeout.expired():
                raise
            raise LimitExceededError(f"It was ended: it took longer than {limit.allowed_seconds:.6g} seconds") from None
        finally:
            del self._scripts[limit]

    def begin_no_more(self) -> None:
        """Let no step begin any more."""
        self._may_begin = False

    def are_all_waiting(self) -> bool:
        """Check whether none runs, but for those that wait for their turn and hold nothing."""
        return all(limit.is_waiting for limit in list(self._scripts))

    def is_idle(self, prefix: str) -> bool:
        """Check whether none runs of the scripts whose identity begins so."""
        return not any(script.startswith(prefix) for script in list(self._scripts.values()))

    def stuck(self, slack_seconds: float) -> list[str]:
        """Name those that should have ended for so long and did not."""
        now = time.monotonic()
        return [limit.name for limit in list(self._scripts) if now > limit.ends_by + slack_seconds]
