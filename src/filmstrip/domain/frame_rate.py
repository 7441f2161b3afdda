"""The exact frame rates behind the rounded ones that people write."""

from __future__ import annotations

from fractions import Fraction

_NTSC = Fraction(1000, 1001)
_NOMINAL = (24, 30, 48, 60, 120)
_ROUNDING = Fraction(1, 200)


def snap_frame_rate(rate: Fraction) -> Fraction:
    """Replace a rounded NTSC rate (23.98, 29.97, 59.94) by the exact one that is meant (30000/1001).

    A rate that is off by 0.00003 drifts by one frame in ten minutes.
    """
    for nominal in _NOMINAL:
        exact = nominal * _NTSC
        if abs(rate - exact) < _ROUNDING:
            return exact
    return rate
