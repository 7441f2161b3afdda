"""Where in a remote MP4 of fragments is a moment, if no index lists them? A few of them are enough to find it.

libav walks all fragments before it can seek: a request each. Fragments tell their time, so they are looked for near the
place where a moment should be, by interpolation between those that are known. A wrong guess costs requests, never a
wrong picture: packets are read from a fragment before the moment, up to it.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median_low

from filmstrip.media.fragment_boxes import Fragment, parse_fragment
from filmstrip.media.fragmented_movie import FragmentedMovie, read_random_accesses
from filmstrip.media.header_bytes import read_bytes
from filmstrip.media.source import FetchedRanges

_HEAD = 24
# `mfhd` stands first in a fragment and is 16 bytes long (ISO/IEC 14496-12, 8.8.5).
_FIRST_CHILD = b"\0\0\0\x10mfhd"
_MOST_FRAGMENT_BOX_BYTES = 8 << 20
_MOST_BOXES_TO_FIRST = 64
_HOP_BYTES = 24 << 10
_LEAST_STEP_BYTES = 64 << 10
_MOST_SEARCHED_BYTES = 8 << 20
_LEAST_SEARCHED_BYTES = 1 << 20
_MOST_SIZES = 6
_MOST_PROBES = 12
# Of the bytes between two entries of the table of random access.
_HINT_MARGIN = 0.1
_MOST_IN_A_WINDOW = 2048
_MOST_KNOWN = 50_000
_MOST_HOPS = 8
# So many fragments further on are reached from box to box, as that needs few bytes.
_HOPS = 2


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A fragment with video.

    Attributes:
        position: Its first byte.
        data_end: The first byte behind the last of its samples, of any track.
        sequence: Its number.
        begin: When its first picture is decoded, in units of the video.
        end: When its last picture is over, in decoding time.
        key_pts: When its first keyframe is shown, before the edit list; None if it has none.
    """

    position: int
    data_end: int = field(compare=False)
    sequence: int = field(compare=False)
    begin: int = field(compare=False)
    end: int = field(compare=False)
    key_pts: int | None = field(compare=False)


class FragmentMap:
    """The fragments of a file, found as they are needed. Safe to use from several threads at once."""

    def __init__(self, ranges: FetchedRanges, movie: FragmentedMovie) -> None:
        self.movie = movie
        self._ranges = ranges
        self._lock = threading.Lock()
        self._known: list[Place] = []
        self._hints = read_random_accesses(ranges, movie.video)

    def first(self) -> Place | None:
        """Find the first fragment with video, box by box from the movie on; None if none is near."""
        at = self.movie.end
        for _ in range(_MOST_BOXES_TO_FIRST):
            head = read_bytes(self._ranges, at, at + 16)
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            size = int.from_bytes(head[8:16], "big") if size == 1 else size
            if kind == b"moof":
                fragment = self.fragment_at(at)
                if fragment is None or (fragment.samples.get(self.movie.video) is None and not fragment.samples):
                    return None  # without times
                if self.movie.video in fragment.samples:
                    self.remember([fragment])
                    return self._place(fragment)
            at += size
            if size < 8 or len(head) < 16:  # noqa: PLR2004 - the shortest box, the longest header
                break
        return None

    def last_hint(self) -> int | None:
        """Tell the byte of the last fragment that the table of random access names."""
        return self._hints[-1][1] if self._hints else None

    def last(self) -> Place | None:
        """Tell the last fragment that is known."""
        with self._lock:
            return self._known[-1] if self._known else None

    def fragments_in(self, start: int, end: int) -> list[Fragment]:
        """List the fragments that begin in a range of bytes, which is fetched."""
        self._ranges.fetch(start, end)
        return list(self._scan(start, end))

    def place_behind(self, at: int, end: int) -> Place | None:
        """Find the first fragment with video that begins behind a byte, without keeping it; None if none is near."""
        size, _ = self.usual()
        step = max(_LEAST_STEP_BYTES, size * 3 // 4)
        last = min(end, at + self._most_searched(size))
        for begin in range(at, last, step):
            found = self.fragments_in(begin, min(last, begin + step))
            place = next((place for fragment in found if (place := self._place(fragment)) is not None), None)
            if place is not None:
                return place
        return None

    def _scan(self, start: int, end: int) -> Iterator[Fragment]:
        data = read_bytes(self._ranges, start, end + _HEAD)
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
        head = read_bytes(self._ranges, position, position + _HEAD)
        size = int.from_bytes(head[:4], "big")
        if head[4:8] != b"moof" or head[8:16] != _FIRST_CHILD or not _HEAD <= size <= _MOST_FRAGMENT_BOX_BYTES:
            return None
        data = read_bytes(self._ranges, position, position + size)
        return parse_fragment(data, position, self.movie.tracks) if len(data) == size else None

    def remember(self, fragments: list[Fragment]) -> bool:
        """Keep where fragments lie, for later searches; tell whether that is new of any."""
        places = [place for fragment in fragments if (place := self._place(fragment)) is not None]
        with self._lock:
            new = [place for place in places if not self._holds(place)][: max(0, _MOST_KNOWN - len(self._known))]
            for place in new:
                insort(self._known, place)
        return bool(new)

    def _holds(self, place: Place) -> bool:
        number = bisect_left(self._known, place)
        return number < len(self._known) and self._known[number].position == place.position

    def _place(self, fragment: Fragment) -> Place | None:
        samples = fragment.samples.get(self.movie.video)
        if not samples:
            return None
        end = samples[-1].dts + samples[-1].duration
        keys = [sample.pts for sample in samples if sample.is_keyframe]
        key = min(keys, default=None)
        return Place(fragment.position, fragment.data_end, fragment.sequence, samples[0].dts, end, key)

    def holding(self, pts: int) -> Place | None:
        """Tell the fragment that holds a moment, if it is known."""
        place, _ = self._neighbours(pts)
        return place if place is not None and place.begin <= pts < place.end else None

    def before(self, pts: int) -> Place | None:
        """Find a fragment with a keyframe at or before a moment, mostly the last one; the first one if there is none.

        Args:
            pts: In units of the video, before the edit list.
        """
        self._take_hints(pts)
        wanted, looks = pts, 0
        while looks < _MOST_PROBES:
            low, high = self._neighbours(wanted)
            if low is None:
                break
            if wanted < low.end or high is None or high.begin <= low.end:
                if wanted < low.begin or (low.key_pts is not None and low.key_pts <= pts):
                    break
                wanted = low.begin - 1
                continue
            looks += 1
            if not self.remember(self._look_between(low, high, wanted, looks)):
                break
        return self._last_keyed(pts)

    def _look_between(self, low: Place, high: Place, pts: int, looks: int) -> list[Fragment]:
        """Look where the fragment of a moment should begin, then further back, but not before a known one."""
        size, length = self.usual()
        aim = self.estimate(pts)
        if aim - low.data_end <= _HOPS * size:
            fragment = self.fragment_at(low.position)
            return [] if fragment is None else self.walk_on(fragment.end, high.position)[0]
        begin = self.estimate(pts - (pts - low.end) % max(1, length)) - size // 8
        if high.begin - pts < _HOPS * length:
            begin = min(begin, high.position - size)
        begin = min(begin, aim - size * 5 // 8)
        end = min(high.position, aim + size // 8 + _HOP_BYTES)
        begin = max(low.data_end, min(begin, end - (_LEAST_STEP_BYTES << min(looks, 6))))
        least = max(low.data_end, end - self._most_searched(size))
        step = max(_LEAST_STEP_BYTES, size)
        while True:
            found = self.fragments_in(begin, end)
            if begin <= least or any(self.movie.video in fragment.samples for fragment in found):
                return found
            end, begin = begin, max(least, begin - step)
            step *= 2

    def walk_on(self, at: int, end: int, most: int = 1) -> tuple[list[Fragment], bool]:
        """Go from box to box (ISO/IEC 14496-12, 4.2), from the beginning of one on, over so many fragments with video.

        Returns:
            What was found, and whether the end was reached.
        """
        found: list[Fragment] = []
        for _ in range(_MOST_HOPS * most):
            if at >= end or sum(self.movie.video in fragment.samples for fragment in found) >= most:
                break
            head = read_bytes(self._ranges, at, at + 16)
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            size = int.from_bytes(head[8:16], "big") if size == 1 else size
            fragment = self.fragment_at(at) if kind == b"moof" else None
            found += [] if fragment is None else [fragment]
            at = at + size if size >= 8 else end + 1  # noqa: PLR2004 - the shortest box
        return found, at == end

    def _most_searched(self, size: int) -> int:
        """Decide after how many bytes a search ends. What is not found is reached by reading on, box by box."""
        return min(_MOST_SEARCHED_BYTES, max(_LEAST_SEARCHED_BYTES, _MOST_SIZES * size))

    def usual(self) -> tuple[int, int]:
        """Tell how many bytes and how much time most fragments take."""
        with self._lock:
            sizes = [place.data_end - place.position for place in self._known]
            return median_low(sizes), median_low([place.end - place.begin for place in self._known])

    def _take_hints(self, pts: int) -> None:
        """Look at the fragment that the table of random access names for a moment, and bring what follows here."""
        number = bisect_right(self._hints, pts, key=lambda hint: hint[0])
        if number == 0:
            return
        time, position = self._hints[number - 1]
        later, end = self._hints[number] if number < len(self._hints) else (pts + 1, position)
        part = (pts - time) / max(1, later - time)
        reach = int((end - position) * min(1.0, part + _HINT_MARGIN)) + _HOP_BYTES
        self._ranges.fetch(position, position + min(max(reach, _HOP_BYTES), _MOST_SEARCHED_BYTES))
        fragment = self.fragment_at(position)
        if fragment is not None and self.remember([fragment]) and fragment.samples.get(self.movie.video, ()):
            last = fragment.samples[self.movie.video][-1]
            following = self.fragment_at(end) if pts >= last.dts + last.duration and end > position else None
            self.remember([] if following is None else [following])

    def estimate(self, pts: int) -> int:
        """Guess the byte of a moment from the fragments around it that are known."""
        low, high = self._neighbours(pts)
        if low is None:
            return self.movie.end
        if pts < low.end or high is None:
            part = (pts - low.begin) / max(1, low.end - low.begin)
            return low.position + int((low.data_end - low.position) * min(1.0, max(0.0, part)))
        part = (pts - low.end) / max(1, high.begin - low.end)
        return low.data_end + int((high.position - low.data_end) * min(1.0, part))

    def _neighbours(self, pts: int) -> tuple[Place | None, Place | None]:
        with self._lock:
            number = bisect_right(self._known, pts, key=lambda place: place.begin)
            low = self._known[max(0, number - 1)] if self._known else None
            return low, self._known[number] if number < len(self._known) else None

    def _last_keyed(self, pts: int) -> Place | None:
        """Find the last known fragment with a keyframe up to a moment; of streams that mark none, the last one."""
        with self._lock:
            number = bisect_right(self._known, pts, key=lambda place: place.begin)
            keyed = (place for place in reversed(self._known[:number]) if place.key_pts is not None)
            found = next((place for place in keyed if place.key_pts is not None and place.key_pts <= pts), None)
            return found or (self._known[0] if self._known else None)
