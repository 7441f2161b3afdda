"""Short moving pictures without sound: their formats, and how one is stored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from filmstrip.domain.clocks import MPEG_CLOCK_HZ


class MovingFormat(StrEnum):
    """The formats, by their file name extension."""

    GIF = "gif"
    WEBP = "webp"
    MP4 = "mp4"

    @property
    def content_type(self) -> str:
        """The MIME type (IANA media types)."""
        return "video/mp4" if self is MovingFormat.MP4 else f"image/{self.value}"

    @property
    def ticks_per_second(self) -> int:
        """The units in which it counts time: GIF89a, 23 (hundredths); WebP container, ANMF (milliseconds)."""
        return {MovingFormat.GIF: 100, MovingFormat.WEBP: 1000, MovingFormat.MP4: MPEG_CLOCK_HZ}[self]

    @property
    def largest_side(self) -> int:
        """The longest side that it can express, in pixels (GIF89a, 18; WebP container, ANMF; H.264 level 6.2)."""
        return {MovingFormat.GIF: 65_535, MovingFormat.WEBP: 16_383, MovingFormat.MP4: 8192}[self]


GIF_MOST_FRAMES_PER_SECOND = 50
"""Of what is told to stay for less than two hundredths of a second, browsers make ten."""
GIF_LEAST_FRAMES_PER_SECOND = Fraction(100, 65_535)
"""A delay is 16 bits of hundredths of a second (GIF89a, 23). WebP and MP4 reach further than a rate may be low."""
FRAME_MOST_PIXELS = 1 << 24
"""Of one frame: 4096x4096, more than 4K has. Each is encoded in seconds, and far from what readers take for a bomb."""


@dataclass(frozen=True, slots=True)
class MovingEncoding:
    """How frames become a moving picture.

    Attributes:
        moving_format: Its format.
        frame_rate: Frames per second.
        plays: How often it plays, 0 for ever; an mp4 plays as its page says.
        quality: 1 to 100, for lossy formats only.
    """

    moving_format: MovingFormat
    frame_rate: Fraction
    plays: int = 0
    quality: int = 75

    def tick(self, frame_number: int) -> int:
        """Return when a frame is shown, in ticks of the format: each rounded by itself, so that nothing adds up."""
        return round(frame_number / self.frame_rate * self.moving_format.ticks_per_second)

    def duration(self, frame_count: int) -> Fraction:
        """Return how long it lasts once, in seconds."""
        return Fraction(self.tick(frame_count), self.moving_format.ticks_per_second)
