"""A view of a fragmented MP4 in which what comes before a fragment is empty space, so that libav begins in its middle.

All bytes keep their places, since fragments may tell those of their samples from the file's beginning.
"""

from __future__ import annotations

import struct

from filmstrip.media.source.media_source import ByteRanges

_LARGE_BOX = struct.Struct(">I4sQ")
_BOX = struct.Struct(">I4s")


class FragmentView:
    """A file with a free-space box (ISO/IEC 14496-12, 8.1.2) from the end of its movie box to one of its fragments."""

    def __init__(self, ranges: ByteRanges, movie_end: int, resume_at: int) -> None:
        self._ranges = ranges
        self._start = movie_end
        self._end = resume_at
        gap = resume_at - movie_end
        self._free = _LARGE_BOX.pack(1, b"free", gap) if gap >= _LARGE_BOX.size else _BOX.pack(gap, b"free")[:gap]

    @property
    def size_bytes(self) -> int:
        """Length of the file."""
        return self._ranges.size_bytes

    @property
    def bytes_read(self) -> int:
        """How many bytes of the file were transferred so far."""
        return self._ranges.bytes_read

    def read_range(self, start: int, end: int) -> bytes:
        """Read the half-open byte range; zeros where there is empty space."""
        end = min(end, self.size_bytes)
        before = self._ranges.read_range(start, min(end, self._start)) if start < self._start else b""
        first, last = max(start, self._start), min(end, self._end)
        empty = b""
        if first < last:
            head = self._free[first - self._start : last - self._start]
            empty = head + bytes(last - first - len(head))
        return before + empty + (self._ranges.read_range(max(start, self._end), end) if end > self._end else b"")
