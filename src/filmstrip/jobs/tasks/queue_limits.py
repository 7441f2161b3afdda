"""How much of each queue a process takes: what it can begin with soon, since what it takes no other process can.

The durable engine keeps the limits of a queue in the database, one for all machines. How much one can do is known there
only, and changes: a script that merely puts its last files is in nobody's way. So each process reads its own limits in
place of those (`tests/contract/test_queue_limits.py` holds the engine to it; without it, those of the database count).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from dbos import DBOS

from filmstrip.jobs.tasks.script_kinds import Queue

_SHARE_OF_OTHERS = 4
_OWN_SECONDS = 10.0
"""How long scripts of one machine's own are left to it; then it has more than it can do, or is gone."""
_AT = "@"

Most = Callable[[], int]
"""Returns how many scripts of a queue this process wants to run now, those that run already among them."""


def share_at(key: str, executor_id: str) -> str:
    """Name the share of an API key that one executor takes before others do."""
    return f"{key}{_AT}{executor_id}"


class QueueLimits:
    """The limits of this process."""

    def __init__(
        self,
        mosts: Mapping[str, Most] | None = None,
        executor_id: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare them.

        Args:
            mosts: How many scripts this process wants to run, by the names of queues; of others, as many as
                the queue allows.
            executor_id: Which executor it is.
            clock: Seconds, which only go forward.
        """
        self._mosts = mosts or {}
        self._executor_id = executor_id
        self._clock = clock
        self._seen: dict[str, dict[str, float]] = {}

    def of(self, queue: Queue) -> tuple[int, int]:
        """Return how many scripts of a queue this process runs at most, and how many of them of one API key."""
        if (most := self._mosts.get(queue.name)) is None:
            return queue.at_once, min(queue.at_once, queue.at_once_per_key)
        return _limits(min(queue.at_once, most()), queue.at_once_per_key)

    def apply(self, engine: DBOS) -> None:
        """Let the engine read them, from its next look into a queue on."""
        system: Any = engine._sys_db  # noqa: SLF001 - it offers no limits of one process
        read = system.get_queue

        def limited(name: str, **options: Any) -> Any:
            found = read(name, **options)
            if found is not None and (most := self._mosts.get(name)) is not None:
                allowed = min(most(), found._worker_concurrency or most())  # noqa: SLF001 - as above
                per_key = found._partition_worker_concurrency or allowed  # noqa: SLF001 - as above
                found._worker_concurrency, found._partition_worker_concurrency = _limits(allowed, per_key)  # noqa: SLF001 - as above
            return found

        read_shares = system.get_queue_partitions

        def own_shares(name: str) -> list[str]:
            shares = read_shares(name)
            return self._own(name, shares) if name in self._mosts else shares

        system.get_queue = limited
        system.get_queue_partitions = own_shares

    def _own(self, name: str, shares: Collection[str]) -> list[str]:
        """Leave out what is another executor's, unless that leaves it lying."""
        now, before = self._clock(), self._seen.get(name, {})
        others = {share for share in shares if _AT in share and not share.endswith(_AT + self._executor_id)}
        self._seen[name] = seen = {share: before.get(share, now) for share in others}
        return [share for share in shares if share not in seen or now - seen[share] >= _OWN_SECONDS]


def _limits(most: int, most_per_key: int) -> tuple[int, int]:
    """Keep a part for other keys than the one that has the most: they need not wait until one of its scripts ends."""
    kept = max(1, most // _SHARE_OF_OTHERS)
    return most, max(1, min(most_per_key, most - kept))
