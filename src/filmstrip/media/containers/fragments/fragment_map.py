"""Finds a moment in a remote MP4 of fragments that no index lists: a few of them are enough.

libav walks all fragments before it can seek: a request each. Fragments tell their time, so they are looked for near the
place where a moment should be, by interpolation between those that are known. A wrong guess costs requests, never a
wrong picture: packets are read from a fragment before the moment, up to it.
"""

from __future__ import annotations

from bisect import bisect_right

from filmstrip.media.containers.fragments.fragment_boxes import Fragment
from filmstrip.media.containers.fragments.fragment_places import FragmentPlaces, Place
from filmstrip.media.containers.fragments.fragment_reader import FragmentReader
from filmstrip.media.containers.fragments.fragmented_movie import FragmentedMovie, read_random_accesses
from filmstrip.media.source.header_bytes import file_boxes
from filmstrip.media.source.media_source import FetchedRanges

_MOST_BOXES_TO_FIRST = 64
_HOP_BYTES = 24 << 10
_LEAST_STEP_BYTES = 64 << 10
_MOST_SEARCHED_BYTES = 8 << 20
_LEAST_SEARCHED_BYTES = 1 << 20
_MOST_SIZES = 6
_MOST_PROBES = 12
# Of the bytes between two entries of the table of random access.
_HINT_MARGIN = 0.1
# So many fragments further on are reached from box to box, as that needs few bytes.
_HOPS = 2


class FragmentMap:
    """The fragments of a file, found as they are needed. Safe to use from several threads at once.

    Attributes:
        movie: What the movie box says.
        reader: Reads fragments.
        places: Those that are known.
    """

    def __init__(self, ranges: FetchedRanges, movie: FragmentedMovie) -> None:
        self.movie = movie
        self.reader = FragmentReader(ranges, movie)
        self.places = FragmentPlaces(movie.video, movie.end)
        self._hints = read_random_accesses(ranges, movie.video)

    def first(self) -> Place | None:
        """Find the first fragment with video, box by box from the movie on; None if none is near."""
        for box in file_boxes(self.reader.ranges, self.movie.end, _MOST_BOXES_TO_FIRST):
            if box.kind != b"moof":
                continue
            fragment = self.reader.fragment_at(box.start)
            if fragment is None or (fragment.samples.get(self.movie.video) is None and not fragment.samples):
                return None  # without times
            if self.movie.video in fragment.samples:
                self.places.remember([fragment])
                return self.places.place(fragment)
        return None

    def last_hint(self) -> int | None:
        """Return the byte of the last fragment that the table of random access names."""
        return self._hints[-1][1] if self._hints else None

    def place_behind(self, at: int, end: int) -> Place | None:
        """Find the first fragment with video that begins behind a byte, without keeping it; None if none is near."""
        size, _ = self.places.usual()
        step = max(_LEAST_STEP_BYTES, size * 3 // 4)
        last = min(end, at + self._most_searched(size))
        for begin in range(at, last, step):
            found = self.reader.fragments_in(begin, min(last, begin + step))
            place = next((place for fragment in found if (place := self.places.place(fragment)) is not None), None)
            if place is not None:
                return place
        return None

    def before(self, pts: int) -> Place | None:
        """Find a fragment with a keyframe at or before a moment, mostly the last one; the first one if there is none.

        Args:
            pts: In units of the video, before the edit list.
        """
        self._take_hints(pts)
        wanted, looks = pts, 0
        while looks < _MOST_PROBES:
            low, high = self.places.neighbours(wanted)
            if low is None:
                break
            if wanted < low.end or high is None or high.begin <= low.end:
                if wanted < low.begin or (low.key_pts is not None and low.key_pts <= pts):
                    break
                wanted = low.begin - 1
                continue
            looks += 1
            if not self.places.remember(self._look_between(low, high, wanted, looks)):
                break
        return self.places.last_keyed(pts)

    def _look_between(self, low: Place, high: Place, pts: int, looks: int) -> list[Fragment]:
        """Look where the fragment of a moment should begin, then further back, but not before a known one."""
        size, length = self.places.usual()
        aim = self.places.estimate(pts)
        if aim - low.data_end <= _HOPS * size:
            fragment = self.reader.fragment_at(low.position)
            return [] if fragment is None else self.reader.walk_on(fragment.end, high.position)[0]
        begin = self.places.estimate(pts - (pts - low.end) % max(1, length)) - size // 8
        if high.begin - pts < _HOPS * length:
            begin = min(begin, high.position - size)
        begin = min(begin, aim - size * 5 // 8)
        end = min(high.position, aim + size // 8 + _HOP_BYTES)
        begin = max(low.data_end, min(begin, end - (_LEAST_STEP_BYTES << min(looks, 6))))
        least = max(low.data_end, end - self._most_searched(size))
        step = max(_LEAST_STEP_BYTES, size)
        while True:
            found = self.reader.fragments_in(begin, end)
            if begin <= least or any(self.movie.video in fragment.samples for fragment in found):
                return found
            end, begin = begin, max(least, begin - step)
            step *= 2

    def _most_searched(self, size: int) -> int:
        """Decide after how many bytes a search ends. What is not found is reached by reading on, box by box."""
        return min(_MOST_SEARCHED_BYTES, max(_LEAST_SEARCHED_BYTES, _MOST_SIZES * size))

    def _take_hints(self, pts: int) -> None:
        """Look at the fragment that the table of random access names for a moment, and bring what follows here."""
        number = bisect_right(self._hints, pts, key=lambda hint: hint[0])
        if number == 0:
            return
        time, position = self._hints[number - 1]
        later, end = self._hints[number] if number < len(self._hints) else (pts + 1, position)
        part = (pts - time) / max(1, later - time)
        reach = int((end - position) * min(1.0, part + _HINT_MARGIN)) + _HOP_BYTES
        self.reader.ranges.fetch(position, position + min(max(reach, _HOP_BYTES), _MOST_SEARCHED_BYTES))
        fragment = self.reader.fragment_at(position)
        if fragment is not None and self.places.remember([fragment]) and fragment.samples.get(self.movie.video, ()):
            last = fragment.samples[self.movie.video][-1]
            following = self.reader.fragment_at(end) if pts >= last.dts + last.duration and end > position else None
            self.places.remember([] if following is None else [following])
