"""Moments that a client chose one by one, and the cue that belongs to each."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from filmstrip.domain.timing import TimeRange

LEAST_STEP = Fraction(1, 1000)
"""Seconds between two moments at least: cues are written in milliseconds."""


@dataclass(frozen=True, slots=True)
class MomentList:
    """A target at each of some moments of a range of the source, and the cue that shows each of them.

    Attributes:
        span: The covered part of the source, in presentation time of the source.
        seconds: The moments, counted from the start of the span, in growing order, `LEAST_STEP` apart; at least one,
            all before the end of the span.
    """

    span: TimeRange
    seconds: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if not self.seconds or self.seconds[0] < 0:
            raise ValueError("A list of moments has one at least, and none before 0")
        if any(after - before < LEAST_STEP for before, after in pairwise(self.seconds)):
            raise ValueError("Moments are in growing order, a millisecond apart at least")

    @property
    def least_step(self) -> Fraction:
        """Seconds between the two nearest targets, or from 0 to the end of the span if there is only one."""
        steps = [after - before for before, after in pairwise(self.seconds)]
        return min(steps, default=max(self.span.duration, LEAST_STEP))

    @property
    def count(self) -> int:
        """How many targets."""
        return len(self.seconds)

    def target(self, index: int) -> Fraction:
        """Return the moment of the source that image `index` (from 0) shows, in seconds."""
        return self.span.start + self.seconds[index]

    def cue(self, index: int) -> TimeRange:
        """Return the time during which a player shows image `index`, counted from the start of the span.

        Cues touch each other and leave no gap, neither before the first moment nor after the last one.
        """
        start = self.seconds[index] if index else Fraction(0)
        if index < self.count - 1:
            return TimeRange(start, self.seconds[index + 1])
        return TimeRange(start, max(self.span.duration, start + LEAST_STEP))

    def cues(self) -> tuple[TimeRange, ...]:
        """All cues in order."""
        return tuple(self.cue(index) for index in range(self.count))
