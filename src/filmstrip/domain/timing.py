"""The moments that an interval grid names, and the cue that belongs to each of them.

Time is exact here: seconds as `Fraction`. It becomes text or a float once, at the edge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

_MILLISECONDS = 1000


def ceil_to_millisecond(seconds: Fraction) -> Fraction:
    """Round a time in seconds up to whole milliseconds, the resolution of WebVTT timestamps."""
    return Fraction(math.ceil(seconds * _MILLISECONDS), _MILLISECONDS)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A half-open range of time, `start <= t < end`.

    Attributes:
        start: First moment, in seconds.
        end: First moment after the range, in seconds; never before `start`.
    """

    start: Fraction
    end: Fraction

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"A time range cannot end ({self.end}) before it starts ({self.start})")

    @property
    def duration(self) -> Fraction:
        """Length of the range in seconds."""
        return self.end - self.start

    @classmethod
    def clip(cls, total: Fraction, start: Fraction | None, duration: Fraction | None) -> TimeRange:
        """Cut a clip out of a presentation that lasts `total` seconds.

        A start behind the end gives an empty range at the end; None means "from the beginning" and "to the end".
        """
        first = min(start or Fraction(0), total)
        return cls(first, total if duration is None else min(total, first + duration))


@dataclass(frozen=True, slots=True)
class IntervalGrid:
    """A target every `interval` seconds of a range of the source, and the cue that shows each of them.

    There is always at least one target: a source shorter than the interval still gets an image at its start.

    Attributes:
        span: The covered part of the source, in presentation time of the source.
        interval: Distance between two targets in seconds; above 0.
    """

    span: TimeRange
    interval: Fraction

    def __post_init__(self) -> None:
        if self.interval <= 0:
            raise ValueError(f"An interval is above 0 seconds, not {self.interval}")

    @property
    def least_step(self) -> Fraction:
        """Seconds between two targets: the interval."""
        return self.interval

    @property
    def count(self) -> int:
        """How many targets: one for each k with k * interval < duration, and never fewer than one."""
        return max(1, math.ceil(self.span.duration / self.interval))

    def target(self, index: int) -> Fraction:
        """Return the moment of the source that image `index` (from 0) shows, in seconds."""
        return self.span.start + index * self.interval

    def targets(self) -> tuple[Fraction, ...]:
        """All targets in order, in seconds of the source."""
        return tuple(self.target(index) for index in range(self.count))

    def cue(self, index: int) -> TimeRange:
        """Return the time during which a player shows image `index`, counted from the start of the span.

        Cues touch each other. The last one reaches to the end of the span, exactly: the writer of it rounds up, as a
        cue that ends early leaves the end of the seek bar without a picture in most players.
        """
        start = index * self.interval
        if index < self.count - 1:
            return TimeRange(start, start + self.interval)
        return TimeRange(start, max(self.span.duration, start + Fraction(1, _MILLISECONDS)))

    def cues(self) -> tuple[TimeRange, ...]:
        """All cues in order."""
        return tuple(self.cue(index) for index in range(self.count))


@dataclass(frozen=True, slots=True)
class Precision:
    """How near the shown frame has to be to its target.

    Attributes:
        tolerance_seconds: A keyframe that lies at most so long before the target may stand in for the exact frame;
            0 for the exact frame always, None for the last keyframe however far it lies back.
    """

    tolerance_seconds: Fraction | None = Fraction(0)

    @property
    def is_exact(self) -> bool:
        """Whether only the very frame will do."""
        return self.tolerance_seconds == 0


EXACT = Precision()
KEYFRAME = Precision(None)
