"""`gif`: a clip of the source as a GIF, whose 255 colours come from the clip itself."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import ClassVar

from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.moving_picture import MovingFormat
from filmstrip.outputs._moving_picture import MovingPicture


class Gif(MovingPicture):
    """An animated GIF of a clip, without sound.

    Attributes:
        framerate: Frames per second, 10 if absent, at most 50: browsers show no GIF faster; a frame stays for 655.35
            seconds at most.
    """

    output_name: ClassVar[str] = "gif"

    @property
    def moving_format(self) -> MovingFormat:
        """GIF."""
        return MovingFormat.GIF

    def frame_count(self, info: MediaInfo) -> int:
        """Return how many frames begin within the clip."""
        return max(1, math.ceil(self.span(info).duration * self.shown_rate))

    def moments(self, info: MediaInfo) -> list[Fraction]:
        """Return a moment for each frame of the clip, from its first one on."""
        start = self.span(info).start
        return [start + number / self.shown_rate for number in range(self.frame_count(info))]

    def temporary_name(self) -> str:
        """Name the file by its extension."""
        return "video.gif"
