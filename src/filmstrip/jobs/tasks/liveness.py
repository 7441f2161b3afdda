"""Heartbeats, and who is dead: the part that the durable engine leaves to the processes that share a database.

Each executor writes a heartbeat, and holds a lock of the database that is free as soon as its process is dead:

    alive ──┬─ heartbeat unchanged for the time to live ──────────────┐   also a process that is stopped
            ├─ lock free for some beats, and no heartbeat meanwhile ──┼─> dead: its scripts go back to their queues
            └─ it ended, or a later start of its name replaced it ────┘

One of them, elected anew each time, looks at all, for ever. What it sees is timed by its own clock, and only counts as
long as it sees without a break: after an outage of the database, everybody has the whole time again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from filmstrip.db.backends.advisory_locks import TIDYING
from filmstrip.db.database import Database
from filmstrip.db.executor_records import Executor
from filmstrip.domain.errors import DatabaseAwayError

_BEATS_IN_LIFE = 6
_BEATS_WITHOUT_LOCK = 2.5
_AGAIN_SECONDS = 1.0
_UP_SECONDS = 15.0
"""For how long the database must have been running before a free lock says anything: its restart frees all."""

_log = structlog.get_logger()


@dataclass
class _Seen:
    heartbeat: datetime | None
    at: float
    free_since: float | None = None


class Watch:
    """What one process has seen of the heartbeats of all."""

    def __init__(self, seconds_to_live: float, clock: Callable[[], float] = time.monotonic) -> None:
        """See nothing yet.

        Args:
            seconds_to_live: How long a heartbeat counts.
            clock: Seconds, which only go forward.
        """
        self._seconds_to_live = seconds_to_live
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._looked_at = clock()

    def find_dead(self, alive: tuple[Executor, ...], free_locks: frozenset[int], seconds_up: float) -> list[Executor]:
        """Return which of those that count as alive are dead, after a look at all of them.

        Args:
            alive: Those that count as alive.
            free_locks: Which of their locks nobody has.
            seconds_up: For how long the database has been running.
        """
        now = self._clock()
        if now - self._looked_at > self._seconds_to_live / 2:
            self._seen.clear()  # it could not look: whoever lives may not have been able to write
        self._looked_at = now
        before = self._seen
        self._seen = {each.id: self._see(each, before.get(each.id), now) for each in alive}
        if seconds_up < _UP_SECONDS:
            free_locks = frozenset()
        for each in alive:
            self._see_lock(self._seen[each.id], now, is_free=each.lock_number in free_locks)
        return [each for each in alive if self._is_dead(self._seen[each.id], now)]

    def _see(self, executor: Executor, before: _Seen | None, now: float) -> _Seen:
        is_unchanged = before is not None and before.heartbeat == executor.seen_at
        return before if is_unchanged and before is not None else _Seen(executor.seen_at, now)

    def _see_lock(self, seen: _Seen, now: float, *, is_free: bool) -> None:
        # Whoever lives has as long as this to take it again, since it came free: by a crash of the database, of which
        # its uptime tells nothing, by a broken connection.
        if not is_free:
            seen.free_since = None
        elif seen.free_since is None:
            seen.free_since = now

    def _is_dead(self, seen: _Seen, now: float) -> bool:
        if now - seen.at >= self._seconds_to_live:
            return True
        beats = _BEATS_WITHOUT_LOCK * self._seconds_to_live / _BEATS_IN_LIFE
        return seen.free_since is not None and now - seen.free_since >= beats


class Liveness:
    """The heartbeat of this process, and its looks at the others; in a thread of its own."""

    def __init__(
        self,
        database: Database,
        executor: Executor,
        seconds_to_live: float,
        *,
        take_over: Callable[[], object],
        on_dead: Callable[[], object],
    ) -> None:
        """Prepare it.

        Args:
            database: Where it is written.
            executor: This process.
            seconds_to_live: How long a heartbeat counts.
            take_over: Gives the scripts of all that do not count as alive back to their queues; blocking.
            on_dead: Ends this process: another one does its work now.
        """
        self._rows = database.executors
        self._database = database
        self._executor = executor
        self._seconds_to_live = seconds_to_live
        self._take_over = take_over
        self._on_dead = on_dead
        self._lock = None if executor.lock_number is None else self._rows.lock(executor.lock_number)
        self._watch = Watch(seconds_to_live)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_beating, name="liveness", daemon=True)
        self._beat_at = time.monotonic()

    def begin(self, *, replace: bool = False) -> None:
        """Begin to count as alive; blocking.

        Raises:
            ResourceError: Another process of its name is alive.
        """
        if self._lock is not None:
            self._rows.keep(self._lock)
        try:
            self._rows.begin(self._executor, seconds_to_live=self._seconds_to_live, replace=replace)
        except BaseException:
            self._release()
            raise
        self._beat_at = time.monotonic()

    def start(self) -> None:
        """Begin to write heartbeats, and to look at others."""
        self._thread.start()

    def stop(self) -> None:
        """End: what it left is anybody's at once; blocking."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._rows.end(self._executor.id)
        self._release()

    async def demand_life(self) -> None:
        """See to it that this process still counts as alive: it may have been stopped for a while.

        What it did meanwhile is another one's work, so this does not return if not.
        """
        while time.monotonic() - self._beat_at >= self._seconds_to_live / 2:
            try:
                if not await asyncio.to_thread(self._beat):
                    self._on_dead()
                    await asyncio.Event().wait()
            except DatabaseAwayError:
                # What is not known may not be told: as long as the database is away for this process, it waits.
                await asyncio.sleep(_AGAIN_SECONDS)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()

    def _keep_beating(self) -> None:
        while not self._stopping.wait(self._seconds_to_live / _BEATS_IN_LIFE):
            try:
                if not self._beat():
                    self._on_dead()
                    return
                self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may find it gone
                _log.warning("not_looked_after", kind=type(error).__name__, reason=str(error).partition("\n")[0])

    def _beat(self) -> bool:
        if self._lock is not None:
            self._rows.keep(self._lock)
        began_at = time.monotonic()
        is_alive = self._rows.beat(self._executor.id)
        self._beat_at = began_at
        return is_alive

    def _look(self) -> None:
        alive = self._rows.list_alive()
        numbers = tuple(each.lock_number for each in alive if each.lock_number is not None)
        dead = self._watch.find_dead(alive, self._rows.are_free(numbers), self._rows.seconds_up())
        with self._database.elected(TIDYING) as is_elected:
            if not is_elected:
                return
            for executor in dead:
                if executor.id != self._executor.id:
                    _log.error("executor_dead", name=executor.name, host=executor.host)
                    self._rows.end(executor.id)
            self._take_over()
            self._rows.forget()
