"""Moments that a client chose: each has its cue, and together they leave no gap."""

from __future__ import annotations

from fractions import Fraction

import pytest

from filmstrip.domain.moment_list import MomentList
from filmstrip.domain.timing import TimeRange


def moments(*seconds: str, start: int = 0, end: int = 60) -> MomentList:
    return MomentList(TimeRange(Fraction(start), Fraction(end)), tuple(map(Fraction, seconds)))


def test_cues_have_no_gap() -> None:
    """The first one begins at 0 and the last one ends with the span, as players show nothing, or a fault, in a gap."""
    chosen = moments("2", "2.5", "50", start=10, end=70)
    assert [chosen.target(index) for index in range(chosen.count)] == [12, Fraction("12.5"), 60]
    assert [(cue.start, cue.end) for cue in chosen.cues()] == [(0, Fraction("2.5")), (Fraction("2.5"), 50), (50, 60)]
    assert chosen.least_step == Fraction(1, 2)


@pytest.mark.parametrize("seconds", [(), ("5", "5"), ("5", "4"), ("5", "5.0009"), ("-1",)])
def test_what_makes_no_cues_is_refused(seconds: tuple[str, ...]) -> None:
    """Cues of no length, or in the wrong order, cannot be written."""
    with pytest.raises(ValueError, match=r"[Mm]oments"):
        moments(*seconds)
