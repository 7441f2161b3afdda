"""What do the sample values of a source mean where it does not say, and what do pictures need?

Numbers are those of ITU-T H.273.
"""

from __future__ import annotations

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import ColorInfo

_RGB = 0
_HD_WIDTH = 1280
_MOST_SD_HEIGHT = 576
_MATRIX_NAMES = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_WIDE_PRIMARIES = {9, 11, 12}


def matrix_name(color: ColorInfo, coded_size: FrameSize) -> str | None:
    """Name the YCbCr matrix for the scaler; None for pictures that are RGB already.

    Unspecified is BT.2020 with high dynamic range, else what `is_high_definition` tells.
    """
    if color.matrix == _RGB:
        return None
    if color.matrix in _MATRIX_NAMES:
        return _MATRIX_NAMES[color.matrix]
    if color.hdr is not None:
        return "bt2020"
    return "bt709" if is_high_definition(coded_size) else "bt601"


def is_high_definition(coded_size: FrameSize) -> bool:
    """Check whether untagged pictures are taken for BT.709, as by libplacebo and mpv; else for BT.601.

    Args:
        coded_size: Their size as stored: a phone's picture that is turned is as wide as before.
    """
    return coded_size.width >= _HD_WIDTH or coded_size.height > _MOST_SD_HEIGHT


def range_name(color: ColorInfo) -> str:
    """Name the range of the samples for the scaler."""
    return "full" if color.full_range else "limited"


def needs_mapping(color: ColorInfo) -> bool:
    """Tell whether colours have to be mapped for an ordinary picture: high dynamic range or a wide gamut."""
    return color.hdr is not None or color.primaries in _WIDE_PRIMARIES
