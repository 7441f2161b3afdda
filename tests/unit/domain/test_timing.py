"""Which moments and cues does a grid name?"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.domain.timing import IntervalGrid, TimeRange, ceil_to_millisecond

SECONDS = st.fractions(min_value=0, max_value=360_000, max_denominator=90_000)
INTERVALS = st.fractions(min_value=Fraction(1, 100), max_value=10_000, max_denominator=1000)


def grid(duration: str, interval: str, start: str = "0") -> IntervalGrid:
    begin = Fraction(start)
    return IntervalGrid(TimeRange(begin, begin + Fraction(duration)), Fraction(interval))


@pytest.mark.parametrize(
    ("duration", "interval", "count"),
    [("60", "30", 2), ("60.02", "30", 3), ("59.99", "30", 2), ("3", "30", 1), ("0", "30", 1), ("30", "7.5", 4)],
)
def test_there_is_a_target_for_each_interval_that_begins_before_the_end(
    duration: str, interval: str, count: int
) -> None:
    """count is the number of k with k * interval < duration, and never 0."""
    assert grid(duration, interval).count == count


def test_targets_count_from_the_start_of_the_span() -> None:
    """A clip's targets lie in the source where the clip does."""
    assert grid("20", "10", start="5").targets() == (Fraction(5), Fraction(15))


def test_cues_of_a_clip_count_from_zero() -> None:
    """A clip's cues are those of a player that plays the clip alone."""
    assert grid("20", "10", start="5").cues() == (
        TimeRange(Fraction(0), Fraction(10)),
        TimeRange(Fraction(10), Fraction(20)),
    )


def test_the_last_cue_ends_with_the_span() -> None:
    """The end of the seek bar has a picture, whatever fraction of a millisecond the source ends at."""
    assert grid("60.0015", "30").cues()[-1].end == Fraction("60.0015")


@given(SECONDS, INTERVALS)
def test_cues_touch_and_cover_the_span(duration: Fraction, interval: Fraction) -> None:
    """Whatever the numbers, cues leave no gap, do not overlap and reach the end."""
    span = IntervalGrid(TimeRange(Fraction(0), duration), interval)
    shown = [0, 1, span.count // 2, span.count - 1]
    for index in {index for index in shown if 0 <= index < span.count - 1}:
        assert span.cue(index).end == span.cue(index + 1).start
    assert span.cue(0).start == 0
    assert span.cue(span.count - 1).end >= duration
    assert span.target(span.count - 1) < max(duration, Fraction(1, 1000))


@given(SECONDS)
def test_rounding_up_never_loses_time(seconds: Fraction) -> None:
    """A rounded time is a whole number of milliseconds, not before the time and less than one after it."""
    rounded = ceil_to_millisecond(seconds)
    assert (rounded * 1000).denominator == 1
    assert 0 <= rounded - seconds < Fraction(1, 1000)


def test_a_clip_never_reaches_over_the_end() -> None:
    """A clip longer than what is left ends with the source; one that starts behind the end is empty."""
    total = Fraction(10)
    assert TimeRange.clip(total, Fraction(8), Fraction(5)) == TimeRange(Fraction(8), total)
    assert TimeRange.clip(total, Fraction(20), None).duration == 0
    assert TimeRange.clip(total, None, None) == TimeRange(Fraction(0), total)


def test_an_interval_is_above_zero() -> None:
    """A grid without a step cannot be made."""
    with pytest.raises(ValueError, match="above 0"):
        grid("10", "0")
