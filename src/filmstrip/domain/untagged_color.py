"""What the colours of a source mean where it does not say: one law, by which all outputs look alike.

Numbers are those of ITU-T H.273. Players have agreed on no law for untagged video; this is that of libplacebo and mpv.
"""

from __future__ import annotations

from typing import NamedTuple

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import ColorInfo

UNSPECIFIED = 2
"""In each of the three tables: the source does not say."""
RGB = 0
"""MatrixCoefficients of samples that are red, green and blue already (table 4)."""

_HD_WIDTH = 1280
_MOST_SD_HEIGHT = 576


class ColorFamily(NamedTuple):
    """Colours that belong together.

    Attributes:
        primaries: ColourPrimaries (table 2).
        transfer: TransferCharacteristics (table 3), None where the family has several.
        matrix: MatrixCoefficients (table 4).
    """

    primaries: int
    transfer: int | None
    matrix: int


SD = ColorFamily(6, 6, 6)
"""ITU-R BT.601 with 525 lines, SMPTE ST 170; the matrix is that of 625 lines as well."""
HD = ColorFamily(1, 1, 1)
"""ITU-R BT.709."""
HDR = ColorFamily(9, None, 9)
"""ITU-R BT.2020, the primaries and the matrix of both systems of high dynamic range."""


def color_family(color: ColorInfo, coded_size: FrameSize) -> ColorFamily:
    """Decide the family of whatever a source leaves open.

    Args:
        color: What it says. A transfer characteristic of high dynamic range is always said.
        coded_size: The size of its pictures as stored: a phone's picture that is turned is as wide as before.
    """
    if color.hdr is not None:
        return HDR
    return HD if coded_size.width >= _HD_WIDTH or coded_size.height > _MOST_SD_HEIGHT else SD
