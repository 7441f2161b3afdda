"""The pause before something is tried again."""

from __future__ import annotations

_MOST_DOUBLINGS = 64
"""Beyond them any pause is the longest one; and so no number of tries is too large for a float."""


def growing_pause(try_index: int, first_seconds: float, longest_seconds: float) -> float:
    """Return the pause after a try in seconds: twice as long as the one before, up to the longest; pure.

    Args:
        try_index: Which try failed, from 0.
        first_seconds: The pause after the first one.
        longest_seconds: The longest pause.
    """
    return min(longest_seconds, first_seconds * 2.0 ** min(try_index, _MOST_DOUBLINGS))
