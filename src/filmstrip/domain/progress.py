"""How far a piece of work is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

ProgressListener = Callable[[float], None]
"""Is called with the finished fraction, 0.0 to 1.0, about once a second or less often."""


ItemT = TypeVar("ItemT")


def portion(listener: ProgressListener, begin: float, share: float) -> ProgressListener:
    """Return a listener for a part of the work, which tells the whole's one.

    Args:
        listener: Told of the whole.
        begin: Where in the whole the part begins.
        share: How much of the whole the part is.
    """
    return lambda fraction: listener(begin + share * fraction)


def told(items: Iterable[ItemT], count: int, listener: ProgressListener) -> Iterator[ItemT]:
    """Yield items, and tell of each when it is done with: when the next one is asked for.

    Args:
        items: The items.
        count: How many there should be; further ones are told as the end.
        listener: Told the finished fraction.
    """
    for done, item in enumerate(items, start=1):
        yield item
        listener(min(1.0, done / count))


class SparseProgress:
    """Passes on what matters of very frequent progress: whoever listens pays for each call."""

    def __init__(self, listener: ProgressListener, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Pass nothing on yet.

        Args:
            listener: Told the first fraction, the end, and between them no more than one each `seconds`.
            seconds: The least time between two calls.
            clock: Tells seconds.
        """
        self._listener = listener
        self._seconds = seconds
        self._clock = clock
        self._next_at = -math.inf

    def __call__(self, fraction: float) -> None:
        """Say what fraction is finished."""
        now = self._clock()
        if fraction >= 1 or now >= self._next_at:
            self._next_at = now + self._seconds
            self._listener(fraction)


def mean_percent(fractions: Sequence[float]) -> float:
    """Average the progress of equally weighted parts, as a percentage 0 to 100 with two decimals."""
    if not fractions:
        return 0.0
    return round(100 * sum(min(1.0, max(0.0, part)) for part in fractions) / len(fractions), 2)
