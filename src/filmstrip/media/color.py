"""What do the sample values of a source mean where it does not say, and what do pictures need?

Numbers are those of ITU-T H.273.
"""

from __future__ import annotations

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import ColorInfo

_RGB = 0
_HD_WIDTH = 1280
_HD_HEIGHT = 720
_MATRIX_NAMES = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_WIDE_PRIMARIES = {9, 11, 12}


def matrix_name(color: ColorInfo, coded_size: FrameSize) -> str | None:
    """Name the YCbCr matrix for the scaler; None for pictures that are RGB already.

    Unspecified is BT.709 from 720 lines on and BT.601 below, as browsers and players take it.
    """
    if color.matrix == _RGB:
        return None
    if color.matrix in _MATRIX_NAMES:
        return _MATRIX_NAMES[color.matrix]
    is_hd = coded_size.width >= _HD_WIDTH or coded_size.height >= _HD_HEIGHT
    return "bt709" if is_hd else "bt601"


def range_name(color: ColorInfo) -> str:
    """Name the range of the samples for the scaler."""
    return "full" if color.full_range else "limited"


def needs_mapping(color: ColorInfo) -> bool:
    """Tell whether colours have to be mapped for an ordinary picture: high dynamic range or a wide gamut."""
    return color.hdr is not None or color.primaries in _WIDE_PRIMARIES
