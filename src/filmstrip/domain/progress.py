"""How far a piece of work is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

ProgressListener = Callable[[float], None]
"""Is called with the finished fraction, 0.0 to 1.0, about once a second or less often."""


def mean_percent(fractions: Sequence[float]) -> float:
    """Average the progress of equally weighted parts, as a percentage 0 to 100 with two decimals."""
    if not fractions:
        return 0.0
    return round(100 * sum(min(1.0, max(0.0, part)) for part in fractions) / len(fractions), 2)
