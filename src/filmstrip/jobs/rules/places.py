"""A limited number of places, shared fairly between API keys, and between the tasks of each: the fewest are next."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from filmstrip.jobs.rules.step_limit import standing_still

_MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class _Whose:
    key: str
    priority: int = 0
    task: str = ""


@dataclass
class _Waiter:
    name: str
    whose: _Whose
    loop: asyncio.AbstractEventLoop
    turn: asyncio.Future[None] = field(init=False)

    def __post_init__(self) -> None:
        self.turn = self.loop.create_future()


class Places:
    """Places for named work; safe to use from several event loops.

    waiting   A A A A B        most = 3
    taken     A A              B is next: it has none. Then A again.

    Of keys that have as many, the one that got none for longest is next. Of one key, the highest priority is, then the
    task that has the fewest, and so on.
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
        self._taken: dict[str, _Whose] = {}
        self._waiting: list[_Waiter] = []
        self._served: dict[tuple[str, str], int] = {}
        self._serving = count(1)
        self._is_closed = False

    async def enter(self, name: str, key: str, *, priority: int = 0, task: str = "") -> None:
        """Take a place, as soon as there is one; work that has one keeps it.

        Args:
            name: The work.
            key: The API key that it is for.
            priority: What goes before others of that key, the lowest first.
            task: The task that it is for; those of a key share its places.
        """
        waiter = _Waiter(name, _Whose(key, priority, task), asyncio.get_running_loop())
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
            self._taken[name] = _Whose(key)

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
    async def place(self, name: str, key: str, *, priority: int = 0, task: str = "") -> AsyncIterator[None]:
        """Have a place until the end of the block; see `enter`."""
        await self.enter(name, key, priority=priority, task=task)
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
            self._taken[waiter.name] = waiter.whose
            self._note_service(waiter.whose)
            waiter.loop.call_soon_threadsafe(_wake, waiter.turn)

    def _note_service(self, whose: _Whose) -> None:
        """Remember who was served last, of those that may want more."""
        self._served |= dict.fromkeys(_parts(whose), next(self._serving))
        if len(self._served) > _MOST_REMEMBERED:
            here = [*self._taken.values(), *(waiter.whose for waiter in self._waiting)]
            left = {part for each in here for part in _parts(each)}
            self._served = {part: number for part, number in self._served.items() if part in left}

    def _next(self) -> _Waiter | None:
        """Choose a key among those that may have one more, then one of its own; `min` takes the first of equals."""
        keys = Counter(whose.key for whose in self._taken.values())
        tasks = Counter(whose.task for whose in self._taken.values())

        def turn_of_key(key: str) -> tuple[int, int]:
            return keys[key], self._served.get((key, ""), 0)

        def turn(waiter: _Waiter) -> tuple[int, int, int]:
            key, priority, task = waiter.whose.key, waiter.whose.priority, waiter.whose.task
            return priority, tasks[task], self._served.get((key, task), 0)

        allowed = [waiter for waiter in self._waiting if keys[waiter.whose.key] < self._most_per_key]
        if not allowed:
            return None
        key = min((waiter.whose.key for waiter in allowed), key=turn_of_key)
        return min((waiter for waiter in allowed if waiter.whose.key == key), key=turn)


def _parts(whose: _Whose) -> set[tuple[str, str]]:
    return {(whose.key, ""), (whose.key, whose.task)}


def _wake(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
