"""What the status tells of the size and the rate of a video's pictures, whatever its format."""

from __future__ import annotations

from fractions import Fraction

from filmstrip.domain.artifact import MetaValue
from filmstrip.domain.geometry import FrameSize


def size_words(size: FrameSize, frame_rate: Fraction | None) -> dict[str, MetaValue]:
    """Return them by their names on the wire; the rate as a fraction, None where the source tells none."""
    return {
        "resolution_width": size.width,
        "resolution_height": size.height,
        "width": size.width,
        "height": size.height,
        "resolution": size.short_side,
        "framerate": None if frame_rate is None else f"{frame_rate.numerator}/{frame_rate.denominator}",
    }
