"""What is known of the sources of tasks, in memory, so that no step asks again what one before it was told."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

FactsT = TypeVar("FactsT")


class KnownSources(Generic[FactsT]):
    """Keeps facts of the sources of tasks at work; safe to use from any thread.

    After a restart nothing is known: what a server says is asked for once more, what was found out is read again.
    """

    def __init__(self, most_tasks: int) -> None:
        """Know nothing yet; of more than so many tasks, those are forgotten that were kept first."""
        self._lock = threading.Lock()
        self._most_tasks = most_tasks
        self._known: OrderedDict[str, FactsT] = OrderedDict()

    def kept(self, token: str) -> FactsT | None:
        """Return what is known of the source of a task, None if it is not kept."""
        with self._lock:
            return self._known.get(token)

    def keep(self, token: str, facts: FactsT) -> None:
        """Keep what was found out."""
        with self._lock:
            self._known[token] = facts
            self._known.move_to_end(token)
            while len(self._known) > self._most_tasks:
                self._known.popitem(last=False)

    def forget(self, token: str) -> None:
        """Forget it: the task is final, or it is true no more."""
        with self._lock:
            self._known.pop(token, None)
