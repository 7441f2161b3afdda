"""The largest picture: what its format can express, and what is held in memory as a whole."""

from __future__ import annotations

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.picture import ImageFormat

MAX_PIXELS = 1 << 27
"""Most pixels of a picture: one is held in memory as a whole, and decoders refuse to be bombed."""


def check_sides(size: FrameSize, image_format: ImageFormat, *, what: str) -> None:
    """Make sure that a format can express a picture's size.

    Args:
        size: The picture's size.
        image_format: Its format.
        what: What has this size, for the sentence of the error.

    Raises:
        ValueError: A side is longer.
    """
    longest = image_format.kind.longest_side
    if max(size.width, size.height) > longest:
        raise ValueError(f"{image_format.value} images have at most {longest} pixels a side, {what} of {size} has more")


def check_pixels(size: FrameSize, *, what: str) -> None:
    """Make sure that a picture can be held in memory.

    Args:
        size: The picture's size.
        what: What has this size, for the sentence of the error.

    Raises:
        ValueError: It has more than `MAX_PIXELS`.
    """
    if size.width * size.height > MAX_PIXELS:
        raise ValueError(f"images have at most {MAX_PIXELS} pixels altogether, {what} of {size} has more")
