"""The three ways to say where pictures are."""

from __future__ import annotations

from fractions import Fraction

import pytest
from pydantic import ValidationError

from filmstrip.domain.moment_list import MomentList
from filmstrip.domain.timing import IntervalGrid, TimeRange
from filmstrip.params.moment_choice import MomentChoice


def chosen(seconds: Fraction | float, **entry: object) -> IntervalGrid | MomentList:
    return MomentChoice.model_validate(entry).moments_in(TimeRange(Fraction(0), Fraction(seconds)))


@pytest.mark.parametrize(
    ("seconds", "interval", "count"),
    [
        (0, 1, 1),
        (Fraction("0.4"), 1, 1),
        (47, 1, 47),
        (100, 1, 100),
        (101, 2, 51),
        (7200, 72, 100),
        (10**6, 10**4, 100),
    ],
)
def test_auto_makes_at_most_a_hundred(seconds: Fraction, interval: int, count: int) -> None:
    """The interval is the smallest number of whole seconds, which all players read, with at most 100 pictures."""
    grid = chosen(seconds, interval="auto")
    assert isinstance(grid, IntervalGrid)
    assert (grid.interval, grid.count) == (interval, count)


@pytest.mark.parametrize(("seconds", "count"), [(60, 7), (Fraction(100100, 2997), 100), (1, 1), (1, 999), (0, 1)])
def test_count_makes_exactly_so_many(seconds: Fraction, count: int) -> None:
    """The pictures are at equal distances from the beginning on, none at the end."""
    grid = chosen(seconds, count=count)
    assert grid.count == count
    assert [grid.target(index) for index in range(count)] == [seconds * Fraction(k, count) for k in range(count)]


@pytest.mark.parametrize(("seconds", "count"), [(10, 3), (60, 7), (Fraction(100100, 2997), 100), (1, 1), (10, 100)])
def test_count_can_be_in_whole_milliseconds(seconds: Fraction, count: int) -> None:
    """Where a manifest counts in them, each picture is moved by less than a millisecond for each before it."""
    span = TimeRange(Fraction(0), Fraction(seconds))
    grid = MomentChoice.model_validate({"count": count}).moments_in(span, whole_milliseconds=True)
    assert isinstance(grid, IntervalGrid)
    assert grid.count == count
    assert (grid.interval * 1000).denominator == 1
    assert 0 <= grid.interval - Fraction(seconds) / count < Fraction(1, 1000)


def test_rounding_never_changes_how_many_there_are() -> None:
    """Of 999 pictures of a second only 500 would fit two milliseconds apart."""
    grid = MomentChoice.model_validate({"count": 999}).moments_in(
        TimeRange(Fraction(0), Fraction(1)), whole_milliseconds=True
    )
    assert grid.count == 999


def test_a_count_that_no_track_can_hold_is_refused() -> None:
    """Cues of less than a millisecond cannot be written."""
    with pytest.raises(ValueError, match=r"^count: 100 pictures of 0.05 s"):
        chosen(Fraction(1, 20), count=100)


def test_times_are_taken_as_they_are() -> None:
    """Lists and texts with commas mean the same, to the last digit."""
    assert chosen(60, times=[0, "2.5", 59.94]) == chosen(60, times="0,2.5,59.94")
    assert chosen(60, times=["1001/1000"]).target(0) == Fraction(1001, 1000)


def test_times_beyond_the_end_are_told() -> None:
    """Nobody gets another picture than asked for: the sentence names how many times there are, and the first."""
    with pytest.raises(
        ValueError, match=r"^times: 2 of 3 moments are not before the end at 60 s, the first of them 60$"
    ):
        chosen(60, times=[1, 60, 61])


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"interval": 5, "count": 5}, "has interval and count; only one of interval, count, times"),
        ({"interval": "auto", "times": [1]}, "has interval and times"),
        ({"times": [2, 1]}, r"is not in growing order.*: 1 \(number 2\) follows 2"),
        ({"times": [1, 1]}, "is not in growing order"),
        ({"times": []}, "is empty"),
        ({"times": [-1]}, "-1 is not a number of seconds, 0 or above"),
        ({"times": ["1e999999999"]}, "is not a number"),
        ({"times": list(range(10_001))}, "has 10001 items; at most 10000"),
        ({"times": 7}, "7 is not a list"),
        ({"count": 0}, "0 is not a whole number from 1 to 100000"),
        ({"count": "1e9"}, "is not a whole number"),
        ({"interval": "often"}, '"often" is not a number of seconds, 0.01 or above, or auto'),
        ({"interval": 0.001}, "0.001 is not a number of seconds, 0.01 or above, or auto"),
    ],
)
def test_mistakes_are_told(entry: dict[str, object], sentence: str) -> None:
    """Each says what is wrong and what is allowed."""
    with pytest.raises(ValidationError, match=sentence):
        MomentChoice.model_validate(entry)
