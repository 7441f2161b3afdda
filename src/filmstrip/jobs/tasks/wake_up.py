"""Waking the threads of the durable engine that look for work: it only polls, and polling often costs all the time.

Its threads wait for the event that tells them to stop, with a time limit; so they can be woken without being stopped:

    queue thread   wait(1.0 s) ──── wake() ───> returns False at once: looks into the queue, waits again

`tests/contract/test_wake_up.py` holds the engine to that. Without it, work would still be found, a second later.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import cast

_THREAD_OF_QUEUE = "queue-worker-"
"""How the name of the thread begins that looks into a queue, whose name follows; no other is woken."""


class WakeableEvent(threading.Event):
    """An event of which some waiters can be woken without setting it."""

    # What `threading.Event` is made of, as Python 3.11 to 3.14 have it.
    _cond: threading.Condition
    _wakes: Counter[str]
    _seen: threading.local

    @classmethod
    def adopt(cls, event: threading.Event) -> WakeableEvent:
        """Turn an event, for which no thread waits yet, into one of this class."""
        event.__class__ = cls
        adopted = cast("WakeableEvent", event)
        adopted._wakes, adopted._seen = Counter(), threading.local()  # noqa: SLF001 - it is one of this class now
        return adopted

    def wake(self, queue: str) -> None:
        """Let the thread of a queue return once, if it waits, or else when it waits next."""
        with self._cond:
            self._wakes[_THREAD_OF_QUEUE + queue] += 1
            self._cond.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, the time is over, or this thread is woken; return whether it is set."""
        name = threading.current_thread().name
        with self._cond:
            seen = getattr(self._seen, "wakes", 0)
            self._cond.wait_for(lambda: self.is_set() or seen != self._wakes[name], timeout)
            self._seen.wakes = self._wakes[name]
            return self.is_set()


class StopEvents(list[threading.Event]):
    """The engine's list of the events that stop its threads, which it fills before it starts them."""

    def append(self, event: threading.Event) -> None:
        """Keep an event."""
        super().append(WakeableEvent.adopt(event))

    def wake(self, queue: str) -> None:
        """Let the thread of a queue look for work now."""
        for event in list(self):
            cast("WakeableEvent", event).wake(queue)
