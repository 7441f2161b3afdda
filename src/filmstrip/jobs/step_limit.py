"""The time limit of the step that runs: it stands still as long as the step waits for its turn."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar


class StepLimit:
    """How long a step may take, counted anew when it was its turn."""

    def __init__(self, name: str, seconds: float) -> None:
        """Begin to count with `running`.

        Args:
            name: What the step is called.
            seconds: How long it may take.
        """
        self.name = name
        self.seconds = seconds
        self.ends_by = math.inf
        self._timeout: asyncio.Timeout | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its turn, holding nothing."""
        return self.ends_by == math.inf

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Timeout]:
        """Limit the block."""
        token = _current.set(self)
        try:
            async with asyncio.timeout(None) as self._timeout:
                self._restart()
                yield self._timeout
        finally:
            _current.reset(token)

    def _restart(self) -> None:
        if self._timeout is not None and not self._timeout.expired():
            self._timeout.reschedule(asyncio.get_running_loop().time() + self.seconds)
            self.ends_by = time.monotonic() + self.seconds

    def _pause(self) -> None:
        if self._timeout is not None and not self._timeout.expired():
            self._timeout.reschedule(None)
            self.ends_by = math.inf


_current: ContextVar[StepLimit | None] = ContextVar("step_limit", default=None)


@contextmanager
def standing_still() -> Iterator[None]:
    """Wait in the block for the turn of the step that runs, if one does; its time begins anew afterwards."""
    limit = _current.get()
    if limit is None:
        yield
        return
    limit._pause()  # noqa: SLF001 - of this module
    try:
        yield
    finally:
        limit._restart()  # noqa: SLF001 - of this module
