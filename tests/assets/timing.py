"""Time is not what it seems: variable rates, starts that are not zero, repeated and missing timestamps."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import Asset
from assets.recipes import Writing
from assets.timed import encode_at

MILLISECOND = Fraction(1, 1000)


def _irregular(count: int) -> tuple[int, ...]:
    """Make timestamps in milliseconds with gaps of 1 ms up to 1.7 s."""
    gaps = (40, 33, 17, 120, 40, 1, 250, 40, 66, 1700, 40, 41, 500, 8, 34)
    times, now = [], 0
    for index in range(count):
        times.append(now)
        now += gaps[index % len(gaps)] + index % 7
    return tuple(times)


VFR_TIMES = _irregular(120)

ASSETS = (
    Asset(
        name="vfr.mp4",
        trap="Truly variable frame rate: pictures last from 1 ms to 1.7 s.",
        recipe=Writing(encode_at, (VFR_TIMES, MILLISECOND)),
        times=tuple(time * MILLISECOND for time in VFR_TIMES),
        end=(VFR_TIMES[-1] + 40) * MILLISECOND,
        transfer=1,
        primaries=1,
        matrix=1,
    ),
)
