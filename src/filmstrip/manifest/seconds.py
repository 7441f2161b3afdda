"""How do exact seconds become decimal text?"""

from __future__ import annotations

from fractions import Fraction

_MICROSECONDS = 10**6


def decimal_seconds(seconds: Fraction) -> str:
    """Write seconds to the microsecond, without exponent and without needless zeros."""
    whole, rest = divmod(round(seconds * _MICROSECONDS), _MICROSECONDS)
    return f"{whole}.{rest:06}".rstrip("0").rstrip(".")
