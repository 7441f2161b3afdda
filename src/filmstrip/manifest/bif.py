"""Thumbnails for Roku, Plex and Emby: a BIF file (Roku's "BIF file creation", version 0).

All numbers are little-endian. The images are numbered 0, 1, 2 … with the interval in milliseconds as multiplier:
readers exist that ignore the numbers and divide the time by the multiplier.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction

from filmstrip.manifest.material import Material

MAGIC = b"\x89BIF\r\n\x1a\n"
"""The first eight bytes."""

_HEADER = struct.Struct("<8sIII44x")
_ENTRY = struct.Struct("<II")
_END_TIMESTAMP = 0xFFFFFFFF
_MAX_OFFSET = 2**32 - 1


def pack(material: Material) -> Iterator[bytes]:
    """Yield the BIF file of finished thumbnails: its index, then each JPEG."""
    yield bif_index(material.jpeg_sizes(), material.interval)
    yield from material.jpegs()


def bif_index(sizes_bytes: Sequence[int], interval: Fraction) -> bytes:
    """Write everything that stands before the images; the JPEG files follow back to back.

    Args:
        sizes_bytes: Length of each JPEG file, in order of time.
        interval: Seconds from one image to the next: whole milliseconds.

    Raises:
        ValueError: The interval is not a whole number of milliseconds, or the file would pass 4 GiB.
    """
    milliseconds = interval * 1000
    if milliseconds.denominator != 1 or not 0 < milliseconds < 2**32:
        raise ValueError(f"BIF counts in whole milliseconds, an interval of {float(interval)} s does not fit")
    offset = _HEADER.size + _ENTRY.size * (len(sizes_bytes) + 1)
    if offset + sum(sizes_bytes) > _MAX_OFFSET:
        raise ValueError("A BIF file is at most 4 GiB long")
    parts = [_HEADER.pack(MAGIC, 0, len(sizes_bytes), int(milliseconds))]
    for number, size in enumerate(sizes_bytes):
        parts.append(_ENTRY.pack(number, offset))
        offset += size
    parts.append(_ENTRY.pack(_END_TIMESTAMP, offset))
    return b"".join(parts)
