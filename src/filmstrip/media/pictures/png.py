"""A PNG writer for photographs: twenty times as fast as a general one, for a tenth more bytes.

General encoders try five filters on every row and then compress hard. For pictures from a camera the filter "up" is
near the best of the five on nearly every row, and the fast levels of Intel's ISA-L lose little on what it leaves.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FILTER_UP = 2  # W3C PNG, 9.2
_TRUECOLOUR = 2  # W3C PNG, 11.2.1
_LEVEL = 1
_VECTOR: npt.NDArray[np.float32] = np.zeros(4096, np.float32)


def encode_png(rgb: npt.NDArray[np.uint8]) -> bytes:
    """Write a picture as PNG (W3C PNG specification, third edition).

    Args:
        rgb: uint8 [H, W, 3], RGB.
    """
    height, width, channels = rgb.shape
    rows = np.ascontiguousarray(rgb).reshape(height, width * channels)
    filtered = np.empty((height, 1 + width * channels), np.uint8)
    filtered[:, 0] = _FILTER_UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, _TRUECOLOUR, 0, 0, 0)
    # sRGB with perceptual intent (W3C PNG, 11.3.2.5): what the colours were converted to.
    parts = ((b"IHDR", header), (b"sRGB", b"\x00"), (b"IDAT", _deflate(filtered)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _deflate(data: npt.NDArray[np.uint8]) -> bytes:
    """Compress, and leave the processor as it was.

    ISA-L's AVX-512 code ends without VZEROUPPER. Until some other code executes one, every SSE instruction of the
    thread is slowed down: the video decoder takes twice as long. Loops of numpy that use AVX end with one, so a small
    addition heals it. The workaround can go when `engine-png` of the benchmarks costs as much as `engine` without it.
    """
    compressed: bytes = isal_zlib.compress(data, _LEVEL)
    np.add(_VECTOR, _VECTOR)
    return compressed


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
