"""The colours of a source in the words of the filters that pictures go through.

Numbers are those of ITU-T H.273.
"""

from __future__ import annotations

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import ColorInfo
from filmstrip.domain.untagged_color import RGB, color_family

_MATRIX_NAMES = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_WIDE_PRIMARIES = {9, 11, 12}


def matrix_name(color: ColorInfo, coded_size: FrameSize) -> str | None:
    """Name the YCbCr matrix for the scaler; None for pictures that are RGB already.

    Unspecified is that of the family that the law of untagged colours tells.
    """
    if color.matrix == RGB:
        return None
    return _MATRIX_NAMES.get(color.matrix) or _MATRIX_NAMES[color_family(color, coded_size).matrix]


def range_name(color: ColorInfo) -> str:
    """Name the range of the samples for the scaler."""
    return "full" if color.full_range else "limited"


def needs_mapping(color: ColorInfo) -> bool:
    """Check whether colours have to be mapped for an ordinary picture: high dynamic range or a wide gamut."""
    return color.hdr is not None or color.primaries in _WIDE_PRIMARIES
