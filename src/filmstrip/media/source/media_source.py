"""A source as libav and ffmpeg get at it: a local file, or byte ranges that we fetch ourselves.

No URL of a client ever reaches libav or the ffmpeg program: a playlist or a protocol name in it would make them open
whatever it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from filmstrip.params.any_path import AnyPath


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
            SourceError: The bytes cannot be read; `SourceChangedError` if they are no longer those of the start.
        """


@runtime_checkable
class FetchedRanges(ByteRanges, Protocol):
    """Byte ranges that are kept once they are here, so that fetching many at once saves requests."""

    def fetch(self, start: int, end: int) -> None:
        """Bring a half-open byte range here, with as few requests as possible."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A source on this machine's disk.

    Attributes:
        path: Where it lies.
        part: The half-open range of bytes that is meant, None for all.
    """

    path: AnyPath
    part: tuple[int, int] | None = None

    def within(self, start: int, end: int) -> LocalFile:
        """Return a half-open range of what is meant, counted from its own first byte."""
        first = 0 if self.part is None else self.part[0]
        return LocalFile(self.path, (first + start, first + end))


MediaSource = LocalFile | ByteRanges


@dataclass(frozen=True, slots=True, weakref_slot=True)
class _PartOfRanges:
    """A view of a part of byte ranges.

    Attributes:
        whole: The whole.
        start: Its byte that is the first of the part.
        end: Its first byte behind the part.
    """

    whole: ByteRanges
    start: int
    end: int

    @property
    def size_bytes(self) -> int:
        """Length of the part."""
        return self.end - self.start

    @property
    def bytes_read(self) -> int:
        """How many bytes of the whole were transferred so far."""
        return self.whole.bytes_read

    def read_range(self, start: int, end: int) -> bytes:
        """Read the half-open byte range of the part."""
        return self.whole.read_range(self.start + start, min(self.start + end, self.end))

    def fetch(self, start: int, end: int) -> None:
        """Bring a range of the part here, where the whole keeps what was read."""
        if isinstance(self.whole, FetchedRanges):
            self.whole.fetch(self.start + start, min(self.start + end, self.end))


def part_of(source: MediaSource, start: int, end: int) -> MediaSource:
    """Make a source of a half-open range of a whole one's bytes."""
    return source.within(start, end) if isinstance(source, LocalFile) else _PartOfRanges(source, start, end)


def bytes_read(source: MediaSource) -> int:
    """Return how many bytes of a remote source were transferred so far, 0 for a file on this machine."""
    return 0 if isinstance(source, LocalFile) else source.bytes_read
