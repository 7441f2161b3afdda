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
        framerate: Frames per second, 10 if absent, at most 50: browsers show no GIF faster.
    """

    output_name: ClassVar[str] = "gif"

    @property
    def moving_format(self) -> MovingFormat:
        """GIF."""
        return MovingFormat.GIF

    def moments(self, info: MediaInfo) -> list[Fraction]:
        """Return a moment for each frame of the clip, from its first one on."""
        span = self.span(info)
        count = max(1, math.ceil(span.duration * self.shown_rate))
        return [span.start + number / self.shown_rate for number in range(count)]

    def temporary_name(self) -> str:
        """Name the file by its extension."""
        return "video.gif"
