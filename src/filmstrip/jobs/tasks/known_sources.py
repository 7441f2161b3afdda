"""What did the servers of sources say? Kept in memory, so that no step asks again what one before it was told."""

from __future__ import annotations

import threading
from collections import OrderedDict

from filmstrip.storage.source_reference import SourceFacts

_MOST_TASKS = 1024


class KnownSources:
    """Keeps what was said of the sources of tasks at work; safe to use from any thread.

    After a restart nothing is known, and each source is asked once more.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lock = threading.Lock()
        self._known: OrderedDict[str, SourceFacts] = OrderedDict()

    def kept(self, token: str) -> SourceFacts | None:
        """Return what was said of the source of a task, None if it is not kept."""
        with self._lock:
            return self._known.get(token)

    def keep(self, token: str, facts: SourceFacts) -> None:
        """Keep what was said."""
        with self._lock:
            self._known[token] = facts
            self._known.move_to_end(token)
            while len(self._known) > _MOST_TASKS:
                self._known.popitem(last=False)

    def forget(self, token: str) -> None:
        """Forget it: the task is final, or the source cannot be read as it was said."""
        with self._lock:
            self._known.pop(token, None)
