"""Which way up a picture is: the display matrix of ISO/IEC 14496-12, 6.2.2, as libav hands it out."""

from __future__ import annotations

import math
import struct

from filmstrip.domain.geometry import Orientation

_VALUES = 9
_QUARTER = 90


def parse_display_matrix(data: bytes) -> Orientation:
    """Parse nine 32-bit integers (a b u, c d v, x y w) to the nearest quarter turn.

    A matrix that turns by other angles is rounded to the nearest quarter, as players do.
    """
    if len(data) < 4 * _VALUES:
        return Orientation()
    a, b, _, c, d, *_rest = struct.unpack(f"={_VALUES}i", data[: 4 * _VALUES])
    mirrored = a * d - b * c < 0
    # A mirrored matrix is a mirror first (x to -x), then a turn: undo the mirror to read the turn.
    if mirrored:
        a, b = -a, -b
    degrees = math.degrees(math.atan2(b, a))
    return Orientation(round(degrees / _QUARTER) % 4 * _QUARTER, mirrored)
