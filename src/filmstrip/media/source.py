"""How do libav and ffmpeg get at a source? As a local file, or as byte ranges that we fetch ourselves.

No URL of a client ever reaches libav or the ffmpeg program: a playlist or a protocol name in it would make them open
whatever it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable


@runtime_checkable
class ByteRanges(Protocol):
    """Random access to the bytes of something that does not change.

    An implementer must be safe to call from several threads at once.
    """

    @property
    def size_bytes(self) -> int:
        """Length of the whole."""

    @property
    def bytes_read(self) -> int:
        """How many bytes were transferred so far, with what was fetched twice counted twice."""

    def read_range(self, start: int, end: int) -> bytes:
        """Read the half-open byte range; shorter only where it reaches over the end.

        Raises:
            SourceError: The bytes cannot be had; `SourceChangedError` if they are no longer those of the start.
        """


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A source on this machine's disk.

    Attributes:
        path: Where it lies.
    """

    path: Path


MediaSource = LocalFile | ByteRanges


def bytes_read(source: MediaSource) -> int:
    """Tell how many bytes of a remote source were transferred so far, 0 for a file on this machine."""
    return 0 if isinstance(source, LocalFile) else source.bytes_read
