"""The time limit of the step that runs: it grows with its work, and stands still while the step waits for its turn."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar


class StepLimit:
    """How long a step may take, counted again when it was its turn.

    began ──── seconds ────┤              what every step of the kind has
               │ allow(n): │── n ──┤      what it is at now may take so long from now on
    began ──── most_seconds ───────────┤  but no step gets more than that
    """

    def __init__(self, name: str, seconds: float, most_seconds: float | None = None) -> None:
        """Begin to count with `running`.

        Args:
            name: What the step is called.
            seconds: How long it may take if it allows itself nothing else.
            most_seconds: How long it may take whatever it allows itself; None for `seconds`.
        """
        self.name = name
        self.ends_by = math.inf
        self._most_seconds = seconds if most_seconds is None else most_seconds
        self._seconds = min(seconds, self._most_seconds)
        self._began_at = 0.0
        self._timeout: asyncio.Timeout | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its turn, holding nothing."""
        return self.ends_by == math.inf

    @property
    def allowed_seconds(self) -> float:
        """How long it may take, by what is known until now; infinite while it waits."""
        return self.ends_by - self._began_at

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Timeout]:
        """Limit the block."""
        token = _current.set(self)
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as self._timeout:
                self._restart()
                yield self._timeout
        finally:
            self._timeout = None
            _current.reset(token)

    def _restart(self) -> None:
        self._began_at = time.monotonic()
        self._end_by(self._began_at + self._seconds)

    def _pause(self) -> None:
        self._end_by(math.inf)

    def _allow(self, seconds: float) -> None:
        if self._loop is not None:
            # A thread may be later than the loop.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._extend, seconds)

    def _pass_over(self, seconds: float) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._move, seconds)

    def _move(self, seconds: float) -> None:
        if not self.is_waiting:
            self._began_at += seconds
            self._end_by(self.ends_by + seconds)

    def _extend(self, seconds: float) -> None:
        ends_by = min(time.monotonic() + seconds, self._began_at + self._most_seconds)
        if ends_by > self.ends_by:
            self._end_by(ends_by)

    def _end_by(self, moment: float) -> None:
        if self._timeout is not None and not self._timeout.expired():
            left_seconds = moment - time.monotonic()
            is_limited = left_seconds < math.inf
            self._timeout.reschedule(asyncio.get_running_loop().time() + left_seconds if is_limited else None)
            self.ends_by = moment


_current: ContextVar[StepLimit | None] = ContextVar("step_limit", default=None)


@contextmanager
def standing_still() -> Iterator[None]:
    """Wait in the block for the turn of the step that runs, if one does; its time begins again afterwards."""
    limit = _current.get()
    if limit is None:
        yield
        return
    limit._pause()  # noqa: SLF001 - of this module
    try:
        yield
    finally:
        limit._restart()  # noqa: SLF001 - of this module


def pass_over(seconds: float) -> None:
    """Count so long, which is over, as no time of the step that runs, if one does; from any thread that works for it.

    It is known only when it is over: a step that waits for longer than it has left is told at each of its waits.
    """
    limit = _current.get()
    if limit is not None:
        limit._pass_over(seconds)  # noqa: SLF001 - of this module


def allow(seconds: float) -> None:
    """Let the step that runs, if one does, have at least so long from now on; from any thread that works for it."""
    limit = _current.get()
    if limit is not None:
        limit._allow(seconds)  # noqa: SLF001 - of this module
