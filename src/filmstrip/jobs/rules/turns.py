"""In which order the scripts of one API key get their turn: by the priority of their tasks, and of equals in turn.

An output's place in its task comes behind the priority, so that the first ones of a small task do not wait for all of a
large one:

    large task   1 2 3 4 5 6 …          the queue   1 1 2 2 3 4 5 6 …
    small task   1 2
"""

from __future__ import annotations

_PLACES = 1000
"""Outputs of a task behind this many count as one."""


def turn_of(priority: int, place: int = 0) -> int:
    """Return a number that is lower for what is to be done earlier.

    Args:
        priority: That of the task, 1 for the highest.
        place: How many of the same task go before.
    """
    return priority * _PLACES + min(place, _PLACES - 1)
