"""How long whoever uses the database waits while it does not answer: work waits for minutes, a client for seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_USUAL_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a caller waits.

    Attributes:
        seconds: How long in all, for one thing that is asked of the database.
        on_waited: Is told how long each wait was, in seconds, from the thread that waited.
    """

    seconds: float
    on_waited: Callable[[float], object] = lambda _seconds: None

    def pauses(self) -> Iterator[None]:
        """Wait a little before each further try, longer and longer, until the time is over."""
        ends_at = time.monotonic() + self.seconds
        pause = _FIRST_PAUSE_SECONDS
        while (began_at := time.monotonic()) + pause <= ends_at:
            time.sleep(pause)
            self.on_waited(time.monotonic() - began_at)
            yield
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


_USUAL = Patience(_USUAL_SECONDS)
_current: ContextVar[Patience] = ContextVar("database_patience", default=_USUAL)


def current_patience() -> Patience:
    """Return how long the caller waits for the database to answer."""
    return _current.get()


@contextmanager
def waiting(patience: Patience) -> Iterator[None]:
    """Let all that is called in the block, also in threads that it waits for by asyncio, have this patience."""
    token = _current.set(patience)
    try:
        yield
    finally:
        _current.reset(token)
