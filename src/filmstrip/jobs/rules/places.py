"""A limited number of places, shared fairly between API keys: who has the fewest gets the next one."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from filmstrip.jobs.rules.step_limit import standing_still


@dataclass
class _Waiter:
    name: str
    key: str
    loop: asyncio.AbstractEventLoop
    turn: asyncio.Future[None] = field(init=False)

    def __post_init__(self) -> None:
        self.turn = self.loop.create_future()


class Places:
    """Places for named work; safe to use from several event loops.

    waiting   A A A A B        most = 3
    taken     A A              B is next: it has none. Then A again.
    """

    def __init__(self, most: int, most_per_key: int = 0) -> None:
        """Begin with all of them free.

        Args:
            most: How many there are.
            most_per_key: How many work of one key may have at a time; 0 for all of them.
        """
        self._most = most
        self._most_per_key = most_per_key or most
        self._lock = threading.Lock()
        self._taken: dict[str, str] = {}
        self._waiting: list[_Waiter] = []
        self._is_closed = False

    async def enter(self, name: str, key: str) -> None:
        """Take a place, as soon as there is one; work that has one keeps it."""
        waiter = _Waiter(name, key, asyncio.get_running_loop())
        with self._lock:
            if name in self._taken:
                return
            self._waiting.append(waiter)
            self._hand_out()
        try:
            with standing_still():
                await waiter.turn
        except asyncio.CancelledError:
            self._withdraw(waiter)
            raise

    def close(self) -> None:
        """Give out no place any more: who waits, waits until it is cancelled."""
        with self._lock:
            self._is_closed = True

    def occupy(self, name: str, key: str) -> None:
        """Take a place at once, also if there is none: the work has begun already."""
        with self._lock:
            self._taken[name] = key

    def taken(self) -> tuple[str, ...]:
        """Return who has a place."""
        with self._lock:
            return tuple(self._taken)

    def leave(self, name: str) -> None:
        """Give back a place; work that has none may say so too."""
        with self._lock:
            self._taken.pop(name, None)
            self._hand_out()

    @asynccontextmanager
    async def place(self, name: str, key: str) -> AsyncIterator[None]:
        """Have a place until the end of the block."""
        await self.enter(name, key)
        try:
            yield
        finally:
            self.leave(name)

    def _withdraw(self, waiter: _Waiter) -> None:
        with self._lock:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            else:
                self._taken.pop(waiter.name, None)
            self._hand_out()

    def _hand_out(self) -> None:
        while not self._is_closed and len(self._taken) < self._most and (waiter := self._next()) is not None:
            self._waiting.remove(waiter)
            self._taken[waiter.name] = waiter.key
            waiter.loop.call_soon_threadsafe(_wake, waiter.turn)

    def _next(self) -> _Waiter | None:
        """Choose among those that may have one more; `min` takes the first of equals, who waits longest."""
        counts = Counter(self._taken.values())
        allowed = (waiter for waiter in self._waiting if counts[waiter.key] < self._most_per_key)
        return min(allowed, key=lambda waiter: counts[waiter.key], default=None)


def _wake(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
