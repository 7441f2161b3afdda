"""Cuts into finished files: boxes of ISO base media files, and plain bytes."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path

from pictures import Turn

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"}


def boxes(data: bytes | bytearray, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Walk the boxes of ISO/IEC 14496-12, 4.2, depth first: type, first byte of the payload, end."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        header = 16 if size == 1 else 8
        size = struct.unpack_from(">Q", data, start + 8)[0] if size == 1 else size or end - start
        yield kind, start + header, start + size
        if kind in CONTAINERS:
            yield from boxes(data, start + header, start + size)
        start += size


def find_box(data: bytes | bytearray, kind: bytes) -> tuple[int, int]:
    """Return first byte and end of the payload of the first box of a type."""
    return next((first, end) for found, first, end in boxes(data) if found == kind)


def set_track_matrix(base: Path, target: Path, turn: Turn) -> None:
    """Write the matrix of the first track's header (ISO/IEC 14496-12, 8.3.2) so that players turn the picture."""
    data = bytearray(base.read_bytes())
    first, _ = find_box(data, b"tkhd")
    version = data[first]
    at = first + (52 if version else 40)
    cosine = round(math.cos(math.radians(turn.clockwise_degrees)))
    sine = round(math.sin(math.radians(turn.clockwise_degrees)))
    mirror = -1 if turn.mirrored else 1
    matrix = [mirror * cosine, mirror * sine, 0, -sine, cosine, 0, 0, 0]
    struct.pack_into(">8iI", data, at, *(value << 16 for value in matrix), 1 << 30)
    target.write_bytes(data)
