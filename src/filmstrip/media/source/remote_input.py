"""The file object through which libav reads a source that lies behind byte ranges.

`RangeFile` is a file object over `ByteRanges` with its own read position, so that several decoders read one source at
the same time. What was fetched is shared between them by the `ByteRanges` (a block cache), not here.
"""

from __future__ import annotations

import io
import os

from filmstrip.media.source.media_source import ByteRanges


class RangeFile(io.RawIOBase):
    """A seekable, read-only file object over byte ranges."""

    def __init__(self, ranges: ByteRanges) -> None:
        super().__init__()
        self._ranges = ranges
        self._position = 0

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true."""
        return True

    def tell(self) -> int:
        """Return the read position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the read position, also behind the end, and tell it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._ranges.size_bytes}[whence]
        self._position = max(0, base + offset)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes, all that is left if negative; empty at the end."""
        left = max(0, self._ranges.size_bytes - self._position)
        wanted = left if size < 0 else min(size, left)
        if wanted == 0:
            return b""
        data = self._ranges.read_range(self._position, self._position + wanted)
        self._position += len(data)
        return data
