"""The steps that run now, for which script, and until when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from filmstrip.db.events import in_step
from filmstrip.domain.errors import LimitExceededError, TokenNotFoundError
from filmstrip.jobs.rules.meter import UNWATCHED, Meter
from filmstrip.jobs.rules.step_limit import StepLimit

T = TypeVar("T")


@dataclass
class _Running:
    """A step that runs.

    Attributes:
        script: For which script.
        loop: Where it runs.
        task: As which task; None for one that is always done to its end.
        is_ended: Whether it is ended from outside.
    """

    script: str
    loop: asyncio.AbstractEventLoop
    task: asyncio.Task[Any] | None
    is_ended: bool = False

    def end(self) -> None:
        """End it; from any thread."""
        with suppress(RuntimeError):  # its loop is closed: nothing runs there
            self.loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        if self.task is not None and not self.is_ended:
            self.is_ended = True
            self.task.cancel()


class RunningSteps:
    """The steps that run; what asks about them may be in another thread."""

    def __init__(self, meter: Meter = UNWATCHED) -> None:
        self._meter = meter
        self._running: dict[StepLimit, _Running] = {}
        self._may_begin = True

    async def do(
        self, limit: StepLimit, work: Callable[[], Awaitable[T]], script: str, *, may_be_ended: bool = False
    ) -> T:
        """Do a step of a script; once none may begin any more, wait until that is cancelled.

        Args:
            limit: How long it may take.
            work: What is done.
            script: For which script.
            may_be_ended: Whether `end` ends it.

        Raises:
            LimitExceededError: It took longer than its limit allows.
            TokenNotFoundError: It was ended.
        """
        if not self._may_begin:
            await asyncio.Event().wait()
        task = asyncio.current_task() if may_be_ended else None
        self._running[limit] = running = _Running(script, asyncio.get_running_loop(), task)
        began, is_failed = time.monotonic(), True
        timeout: asyncio.Timeout | None = None
        try:
            async with limit.running() as timeout:
                with in_step(limit.name):
                    result = await work()
                is_failed = False
                return result
        except TimeoutError:
            if timeout is None or not timeout.expired():
                raise
            raise LimitExceededError(f"It was ended: it took longer than {limit.allowed_seconds:.6g} seconds") from None
        except asyncio.CancelledError:
            if task is None or not running.is_ended or task.uncancel() > 0:
                raise
            raise TokenNotFoundError("The task has ended") from None
        finally:
            del self._running[limit]
            # Of a name as "make pictures 1", the kind: the rest is without end.
            self._meter.note_step(limit.name.partition(" ")[0], time.monotonic() - began, is_failed=is_failed)

    def begin_no_more(self) -> None:
        """Let no step begin any more."""
        self._may_begin = False

    def end(self, prefix: str) -> None:
        """End the steps that may be ended of the scripts whose identity begins so."""
        for running in list(self._running.values()):
            if running.script.startswith(prefix):
                running.end()

    def scripts_that_may_be_ended(self) -> set[str]:
        """Return for which scripts steps run that may be ended."""
        return {running.script for running in list(self._running.values()) if running.task is not None}

    def are_all_waiting(self) -> bool:
        """Check whether none runs, but for those that wait for their turn and hold nothing."""
        return all(limit.is_waiting for limit in list(self._running))

    def is_idle(self, prefix: str) -> bool:
        """Check whether none runs of the scripts whose identity begins so."""
        return not any(running.script.startswith(prefix) for running in list(self._running.values()))

    def stuck(self, slack_seconds: float) -> list[str]:
        """Name those that should have ended for so long and did not."""
        now = time.monotonic()
        return [limit.name for limit in list(self._running) if now > limit.ends_by + slack_seconds]
