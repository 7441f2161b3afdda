"""Boxes of ISO files, MP4 and QuickTime (ISO/IEC 14496-12, 4.2): the only place that reads their sizes.

A box begins with its size of 32 bits, header included, and its type. A size of 1 says that one of 64 bits follows the
type, a size of 0 that the box reaches to the end of the file. The latter counts beside other boxes of the file only:
inside a box, QuickTime ends lists with it. What says that it is shorter than its own header is no box, and ends a walk.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

HEADER_BYTES = 8
"""Length of a header with a size of 32 bits."""
LONGEST_HEADER_BYTES = 16
"""Length of a header with a size of 64 bits."""
_HEADER = struct.Struct(">I4s")
_LARGE_SIZE = struct.Struct(">Q")
_SIZE_FOLLOWS, _TO_END_OF_FILE = 1, 0


class Box(NamedTuple):
    """Where a box lies.

    Attributes:
        kind: Its type, four bytes.
        start: Its first byte.
        payload: The first byte behind its header.
        end: The first byte behind it, as it says itself: its file may end before.
    """

    kind: bytes
    start: int
    payload: int
    end: int


def parse_box(data: bytes, at: int, start: int, file_end: int | None) -> Box | None:
    """Parse the header of a box; None if there is none, or one that cannot be.

    Args:
        data: Bytes with the header.
        at: Where in them it begins.
        start: Where in the file, or in whatever is walked, that is.
        file_end: How far a box of size 0 reaches; None inside other boxes, where there may be none.
    """
    available = len(data) - at
    if available < HEADER_BYTES:
        return None
    size, kind = _HEADER.unpack_from(data, at)
    header_bytes = HEADER_BYTES
    if size == _SIZE_FOLLOWS:
        if available < LONGEST_HEADER_BYTES:
            return None
        (size,) = _LARGE_SIZE.unpack_from(data, at + HEADER_BYTES)
        header_bytes = LONGEST_HEADER_BYTES
    elif size == _TO_END_OF_FILE and file_end is not None:
        size = file_end - start
    return Box(kind, start, start + header_bytes, start + size) if size >= header_bytes else None


def walk_boxes(
    read: Callable[[int, int], bytes], start: int, end: int, most: int, *, is_file: bool = False
) -> Iterator[Box]:
    """Walk boxes side by side, reading their headers alone.

    Args:
        read: Reads a half-open range of bytes, shorter at the end.
        start: Where the first one begins.
        end: The first byte behind the last one.
        most: So many are walked at most.
        is_file: Whether they are those of a file, and `end` is its end.
    """
    for _ in range(most):
        if start + HEADER_BYTES > end:
            return
        box = parse_box(read(start, start + LONGEST_HEADER_BYTES), 0, start, end if is_file else None)
        if box is None:
            return
        yield box
        start = box.end


def boxes_in(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Walk boxes side by side in memory; the last one may end behind it.

    Args:
        data: The bytes.
        start: Where the first one begins.
        end: The first byte behind the last one, None for the end of the bytes.
    """
    end = len(data) if end is None else end
    while start + HEADER_BYTES <= end:
        box = parse_box(data, start, start, None)
        if box is None:
            return
        yield box
        start = box.end
