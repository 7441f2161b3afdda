"""The moments at which a client wants pictures: at an interval, so many of them, or at times of its own."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from filmstrip.domain.moment_list import LEAST_STEP, MomentList
from filmstrip.domain.timing import IntervalGrid, TimeRange, ceil_to_millisecond
from filmstrip.params.parameters import Parameters
from filmstrip.params.values import Seconds, list_of, mistake, parse_exact, unfit, whole_number

MOST_PICTURES = 100_000
"""How many pictures one output has at most."""
_MOST_TIMES = 10_000
_LEAST_INTERVAL = Fraction(1, 100)
# The number of tiles that a player's seek bar has room for.
_AUTO_PICTURES = 100
_WAYS = ("interval", "count", "times")

Auto = Literal["auto"]


def _parse_interval(value: object) -> Fraction | Auto:
    if isinstance(value, str) and value.strip().lower() == "auto":
        return "auto"
    exact = parse_exact(value)
    if exact is None or exact < _LEAST_INTERVAL:
        raise mistake(value, "a number of seconds, 0.01 or above, or auto")
    return exact


def _are_growing(times: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    if not times:
        raise unfit("is empty; at least one moment is needed")
    for number, (before, after) in enumerate(pairwise(times), start=1):
        if after - before < LEAST_STEP:
            raise unfit(
                "is not in growing order, a millisecond apart at least: "
                f"{float(after):g} (number {number + 1}) follows {float(before):g}"
            )
    return times


class MomentChoice(Parameters):
    """The moments that get a picture: one of the three ways.

    Attributes:
        interval: Seconds from one picture to the next; fractions are fine. 10 if absent. `auto` for the smallest whole
            number of seconds that makes at most 100 pictures.
        count: How many pictures, the first at the beginning and the others at equal distances; instead of `interval`.
            For the manifest `bif` distances are rounded up to whole milliseconds.
        times: The moments themselves, in seconds from the beginning (that of the clip, if `start_time` is given), in
            growing order, such as [0, 2.5, 61]; instead of `interval`. All from one decode; at most 10000. Manifests
            that know fixed intervals only, such as `hls_image`, `dash` and `bif`, are not possible then.
    """

    interval: Annotated[Fraction | Auto, BeforeValidator(_parse_interval)] = Fraction(10)
    count: Annotated[int, whole_number(1, MOST_PICTURES)] | None = None
    times: (
        Annotated[tuple[Seconds, ...], AfterValidator(_are_growing), BeforeValidator(list_of(_MOST_TIMES))] | None
    ) = None

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        given = [name for name in _WAYS if name in self.model_fields_set]
        if len(given) > 1:
            raise unfit(f"has {' and '.join(given)}; only one of {', '.join(_WAYS)} can say where pictures are")
        return self

    def moments_in(self, span: TimeRange, *, whole_milliseconds: bool = False) -> IntervalGrid | MomentList:
        """Return the moments of a range of the source.

        Args:
            span: The range.
            whole_milliseconds: Round the distance of `count` pictures up to whole milliseconds, if their number
                stays the same by that.

        Raises:
            ValueError: It is too short for what is asked.
        """
        if self.times is not None:
            late = [time for time in self.times if time >= max(span.duration, LEAST_STEP)]
            if late:
                raise ValueError(
                    f"times: {len(late)} of {len(self.times)} moments are not before the end at "
                    f"{float(span.duration):g} s, the first of them {float(late[0]):g}"
                )
            return MomentList(span, self.times)
        grid = IntervalGrid(span, self._interval_in(span.duration))
        if self.count is None or not whole_milliseconds:
            return grid
        rounded = IntervalGrid(span, ceil_to_millisecond(grid.interval))
        return rounded if rounded.count == grid.count else grid

    def _interval_in(self, seconds: Fraction) -> Fraction:
        if self.count is not None and seconds > 0:
            if self.count > 1 and seconds / self.count < LEAST_STEP:
                raise ValueError(f"count: {self.count} pictures of {float(seconds):g} s are less than 1 ms apart")
            return max(seconds / self.count, LEAST_STEP)
        if self.interval == "auto":
            return Fraction(max(1, math.ceil(seconds / _AUTO_PICTURES)))
        return self.interval
