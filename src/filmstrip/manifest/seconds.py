"""Exact seconds as decimal text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction

_MICROSECONDS = 10**6


def decimal_seconds(seconds: Fraction) -> str:
    """Write seconds to the microsecond, without exponent and without needless zeros."""
    whole, rest = divmod(round(seconds * _MICROSECONDS), _MICROSECONDS)
    return f"{whole}.{rest:06}".rstrip("0").rstrip(".")


def touching_durations(ends: Iterable[Fraction]) -> Iterator[Fraction]:
    """Yield how long each of the things lasts that follow each other from 0, in whole microseconds.

    Moments are rounded and not lengths, whose sum would drift away from the end; each moment is rounded up, so that the
    last thing never ends before what it shows.

    Args:
        ends: When each of them ends, in seconds, in order.
    """
    start = Fraction(0)
    for end in ends:
        rounded = Fraction(math.ceil(end * _MICROSECONDS), _MICROSECONDS)
        yield rounded - start
        start = rounded
