"""After which pauses a callback is tried again."""

from __future__ import annotations

from filmstrip.domain.pauses import growing_pause

FIRST_ROUND = (1, 5, 25)
"""Pauses of the first tries, as multiples of the first one: for a receiver that is just being restarted."""

_NEXT = 60
_LONGEST = 3600


def pause_after(tries: int, first_seconds: float) -> float:
    """Return the pause after so many tries, in seconds; pure.

    Args:
        tries: How many failed so far, from 1.
        first_seconds: The pause after the first one.
    """
    if tries <= len(FIRST_ROUND):
        return first_seconds * FIRST_ROUND[tries - 1]
    return growing_pause(tries - len(FIRST_ROUND) - 1, first_seconds * _NEXT, first_seconds * _LONGEST)
