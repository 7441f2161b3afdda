"""The largest picture: what its format can express, and what is held in memory as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from filmstrip.domain.geometry import FrameSize

MAX_PIXELS = 1 << 27
"""Most pixels of a picture: one is held in memory as a whole, and decoders refuse to be bombed."""

FORMAT_MAX_SIDES: Mapping[str, int] = MappingProxyType(
    {
        # ITU-T T.81, B.2.2 has 16 bits for each; libjpeg, with which nearly all read and write, takes no more than this
        "jpg": 65_500,
        "webp": 16_383,  # RFC 9649, 2.5: width and height have 14 bits
        "png": 2**31 - 1,  # PNG (W3C), 11.2.1: four-byte integers without the top bit
        "avif": 65_536,  # AV1 specification, 5.5.1: max_frame_width_minus_1 has at most 16 bits
    }
)
"""Longest side in pixels that an image format can express, by file name extension."""


def check_sides(size: FrameSize, extension: str, *, what: str) -> None:
    """Make sure that a format can express a picture's size.

    Args:
        size: The picture's size.
        extension: Its format, by file name extension: a key of FORMAT_MAX_SIDES.
        what: What has this size, for the sentence of the error.

    Raises:
        ValueError: A side is longer.
    """
    longest = FORMAT_MAX_SIDES[extension]
    if max(size.width, size.height) > longest:
        raise ValueError(f"{extension} images have at most {longest} pixels a side, {what} of {size} has more")


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
