"""The words of sampling: what is wanted of a source, how exact, and what came of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from av.video.frame import VideoFrame

from filmstrip.domain.artifact import FrameStamp


@dataclass(frozen=True, slots=True)
class Target:
    """A moment of which the picture is wanted.

    Attributes:
        index: Its number among all targets, from 0.
        seconds: Presentation time, from the presentation's own start.
    """

    index: int
    seconds: Fraction


@dataclass(frozen=True, slots=True)
class Clock:
    """Translates between presentation time and the PTS of a stream.

    Attributes:
        start_seconds: Container time of the presentation's first moment.
        time_base: Seconds per unit of PTS.
        content_seconds: From which moment on the source holds nothing, because it was cut off; None for never.
    """

    start_seconds: Fraction
    time_base: Fraction
    content_seconds: Fraction | None = None

    def is_cut_off(self, seconds: Fraction) -> bool:
        """Check whether a moment lies in the part that the source lacks."""
        return self.content_seconds is not None and seconds >= self.content_seconds

    def pts(self, seconds: Fraction) -> int:
        """Return the last PTS that is not after a moment of the presentation."""
        return math.floor((self.start_seconds + seconds) / self.time_base)

    def seconds(self, pts: int) -> Fraction:
        """Return the moment of the presentation at which a PTS lies."""
        return pts * self.time_base - self.start_seconds

    def units(self, seconds: Fraction) -> int:
        """Return a length of time in units of PTS, rounded down."""
        return math.floor(seconds / self.time_base)


@dataclass(frozen=True, slots=True)
class Sample:
    """A decoded picture and which one it is.

    Attributes:
        target: What was asked for.
        frame: The picture as decoded: not scaled, not turned, in the source's colours.
        stamp: Which frame of the source it is.
    """

    target: Target
    frame: VideoFrame
    stamp: FrameStamp


@dataclass(slots=True)
class SamplingCost:
    """What sampling took, added up over all workers.

    Attributes:
        frames_decoded: Pictures that came out of the decoder.
        packets_read: Packets that came out of the container.
        packets_decoded: Packets that went into the decoder.
        seeks: How often the read position jumped.
    """

    frames_decoded: int = 0
    packets_read: int = 0
    packets_decoded: int = 0
    seeks: int = 0

    def add(self, other: SamplingCost) -> None:
        """Add what another worker took."""
        self.frames_decoded += other.frames_decoded
        self.packets_read += other.packets_read
        self.packets_decoded += other.packets_decoded
        self.seeks += other.seeks
