"""Reads the fragments of a remote MP4: those in some bytes, that at a byte, those from box to box."""

from __future__ import annotations

from collections.abc import Iterator

from filmstrip.media.containers.fragments.fragment_boxes import MOST_FRAGMENT_BOX_BYTES, Fragment, parse_fragment
from filmstrip.media.containers.fragments.fragmented_movie import FragmentedMovie
from filmstrip.media.source.header_bytes import read_bytes
from filmstrip.media.source.iso_boxes import LONGEST_HEADER_BYTES, parse_box
from filmstrip.media.source.media_source import FetchedRanges

_HEAD = 24
# `mfhd` stands first in a fragment and is 16 bytes long (ISO/IEC 14496-12, 8.8.5).
_FIRST_CHILD = b"\0\0\0\x10mfhd"
_MOST_IN_A_WINDOW = 2048
_MOST_HOPS = 8


class FragmentReader:
    """Reads fragments of a file.

    Attributes:
        ranges: The bytes.
        movie: What the movie box says.
    """

    def __init__(self, ranges: FetchedRanges, movie: FragmentedMovie) -> None:
        self.ranges = ranges
        self.movie = movie

    def fragments_in(self, start: int, end: int) -> list[Fragment]:
        """List the fragments that begin in a range of bytes, which is fetched."""
        self.ranges.fetch(start, end)
        return list(self._scan(start, end))

    def _scan(self, start: int, end: int) -> Iterator[Fragment]:
        data = read_bytes(self.ranges, start, end + _HEAD)
        at = data.find(_FIRST_CHILD)
        count = 0
        while 0 <= at < end - start + 8 and count < _MOST_IN_A_WINDOW:
            fragment = self.fragment_at(start + at - 8) if at >= 8 and data[at - 4 : at] == b"moof" else None  # noqa: PLR2004 - a box's header
            if fragment is not None:
                count += 1
                yield fragment
            at = data.find(_FIRST_CHILD, at + 8)

    def fragment_at(self, position: int) -> Fragment | None:
        """Read the fragment that begins at a byte; None if there is none."""
        head = read_bytes(self.ranges, position, position + _HEAD)
        box = parse_box(head, 0, position, None)
        if box is None or box.kind != b"moof" or head[8:16] != _FIRST_CHILD:
            return None
        size = box.end - box.start
        if not _HEAD <= size <= MOST_FRAGMENT_BOX_BYTES:
            return None
        data = read_bytes(self.ranges, position, position + size)
        return parse_fragment(data, position, self.movie.tracks) if len(data) == size else None

    def walk_on(self, at: int, end: int, most: int = 1) -> tuple[list[Fragment], bool]:
        """Go from box to box (ISO/IEC 14496-12, 4.2), from the beginning of one on, over so many fragments with video.

        Returns:
            What was found, and whether the end was reached.
        """
        found: list[Fragment] = []
        for _ in range(_MOST_HOPS * most):
            if at >= end or sum(self.movie.video in fragment.samples for fragment in found) >= most:
                break
            box = parse_box(read_bytes(self.ranges, at, at + LONGEST_HEADER_BYTES), 0, at, None)
            fragment = self.fragment_at(at) if box is not None and box.kind == b"moof" else None
            found += [] if fragment is None else [fragment]
            at = end + 1 if box is None else box.end
        return found, at == end
