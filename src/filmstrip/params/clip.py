"""The part of the source that an output covers."""

from __future__ import annotations

from fractions import Fraction

from filmstrip.domain.timing import TimeRange
from filmstrip.params.parameters import Parameters
from filmstrip.params.values import PositiveNumber, Seconds


class Clip(Parameters):
    """A part of the source.

    Attributes:
        start_time: Where it begins, in seconds of the source; from the beginning if absent.
        duration: How long it is in seconds; to the end if absent.
    """

    start_time: Seconds | None = None
    duration: PositiveNumber | None = None

    def range_of(self, total_seconds: Fraction) -> TimeRange:
        """Return the covered range of a source that lasts `total_seconds`."""
        return TimeRange.clip(total_seconds, self.start_time, self.duration)

    def range_of_some(self, total_seconds: Fraction) -> TimeRange:
        """Return the same if there is something in it.

        Raises:
            ValueError: It begins after the source has ended.
        """
        if self.start_time and self.start_time >= total_seconds:
            raise ValueError(self.why_empty(total_seconds))
        return self.range_of(total_seconds)

    def why_empty(self, total_seconds: Fraction) -> str:
        """Return the sentence of a clip in which there is nothing of a source that lasts `total_seconds`."""
        return (
            f"start_time: {float(self.start_time or 0):g} is not before the end of the source, "
            f"which lasts {float(total_seconds):.3f} s"
        )
