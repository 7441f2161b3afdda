"""A remote MP4 of fragments without an index: what leads to a moment's frame, and which file it is in.

Only where fragments tell their times, and only as far as those grow; everything else is left to libav, which walks from
fragment to fragment.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from weakref import WeakKeyDictionary

from filmstrip.media.containers.fragments.fragment_boxes import Fragment
from filmstrip.media.containers.fragments.fragment_map import FragmentMap
from filmstrip.media.containers.fragments.fragment_places import Place
from filmstrip.media.containers.fragments.fragmented_movie import (
    FragmentedMovie,
    random_access_bytes,
    read_fragmented_movie,
)
from filmstrip.media.source.fragment_view import FragmentView
from filmstrip.media.source.header_bytes import child_boxes
from filmstrip.media.source.media_source import ByteRanges, FetchedRanges, LocalFile, MediaSource
from filmstrip.media.source.place_view import READ_ON_SECONDS, PlaceView

_TAIL_BYTES = (256 << 10, 1 << 20, 4 << 20, 8 << 20)
_MOST_WALKED = 32
_MOST_FETCHED_BYTES = 16 << 20
_MARGIN_BYTES = 32 << 10
_MOST_SOUGHT_KEYFRAME_BYTES = 1 << 20
# As far back as looks for a picture that cannot be decoded from the keyframe before it.
_RESCUE_SECONDS = 10
_LONGEST_RUN_SECONDS = Fraction(20)
_WORTH_A_SEARCH_BYTES = 2 << 20
# Where a run begins and ends.
_FRAGMENTS_AROUND = 2


class FragmentFilm:
    """A film in fragments.

    Attributes:
        map: Where its moments are.
        first: The fragments that it begins with.
        tail: Those that it ends with.
        source: Its bytes.
    """

    def __init__(self, source: FetchedRanges, fragments: FragmentMap, first: Fragment, tail: list[Fragment]) -> None:
        self.map = fragments
        self.first = first
        self.tail = tail
        self.source = source
        self._shift = 0

    @property
    def movie(self) -> FragmentedMovie:
        """What the movie box says."""
        return self.map.movie

    @property
    def size_bytes(self) -> int:
        """Length of the file."""
        return self.source.size_bytes

    @property
    def longest_run(self) -> Fraction:
        """For how many seconds is read on: no more than is fetched at once, or the rest would come block by block."""
        size, _ = self.map.places.usual()
        fetched = self._seconds(max(0, _MOST_FETCHED_BYTES - _FRAGMENTS_AROUND * size))
        return min(_LONGEST_RUN_SECONDS, max(self.longest_gap, fetched))

    @property
    def longest_gap(self) -> Fraction:
        """Over how many seconds is read on: the requests that find another fragment are worth some bytes."""
        _, length = self.map.places.usual()
        of_a_fragment = length * self.movie.time_bases[self.movie.video]
        return min(READ_ON_SECONDS, max(of_a_fragment, self._seconds(_WORTH_A_SEARCH_BYTES)))

    def _seconds(self, size_bytes: int) -> Fraction:
        size, length = self.map.places.usual()
        return Fraction(size_bytes * max(1, length), max(1, size)) * self.movie.time_bases[self.movie.video]

    def count_from(self, pts: int) -> None:
        """Take a time for that at which the first picture is shown, as it is after the edit list."""
        self._shift = min(sample.pts for sample in self.first.samples[self.map.movie.video]) - pts

    def view_before(self, pts: int, until_pts: int) -> PlaceView | None:
        """Find the fragment before a moment, and bring what follows up to another one here."""
        place = self.map.before(pts + self._shift)
        if place is None:
            return None
        end = self._end(place, until_pts + self._shift)
        self.source.fetch(place.position, min(place.position + _MOST_FETCHED_BYTES, end))

        def from_earlier() -> FragmentView:
            earlier = self.map.before(pts + self._shift - self._rescue_units())
            return self._view(earlier or place)

        return PlaceView(self._view(place), place.position == self.first.position, from_earlier)

    def _view(self, place: Place) -> FragmentView:
        return FragmentView(self.source, self.map.movie.end, place.position)

    def _rescue_units(self) -> int:
        return int(_RESCUE_SECONDS / self.map.movie.time_bases[self.map.movie.video])

    def _end(self, start: Place, pts: int) -> int:
        """Return up to which byte is read to know the picture of a moment, and when it is over."""
        place = self.map.places.holding(pts)
        fragment = None if place is None else self.map.reader.fragment_at(place.position)
        if fragment is None:
            size, length = self.map.places.usual()
            usual = start.data_end + size * max(0, pts - start.end) // max(1, length)
            return min(self.map.places.estimate(pts), usual) + _MARGIN_BYTES
        samples = fragment.samples[self.movie.video]
        later = sorted(sample.pts for sample in samples if sample.pts > pts)
        # Not settled before a later picture is decoded than the one that is shown next. It may be the next keyframe.
        settled = (sample.end for sample in samples if later and sample.dts + 1 >= later[0])
        keyframe_bytes = max(0, samples[0].end - fragment.end)
        return next(settled, fragment.data_end + _MARGIN_BYTES + min(2 * keyframe_bytes, _MOST_SOUGHT_KEYFRAME_BYTES))


_films: WeakKeyDictionary[ByteRanges, FragmentFilm | None] = WeakKeyDictionary()


def fragment_film(source: MediaSource) -> FragmentFilm | None:
    """Look at a source once: None if it is no remote MP4 of fragments that need to be searched for."""
    if isinstance(source, LocalFile) or not isinstance(source, FetchedRanges):
        return None
    if source not in _films:
        _films[source] = _look_at(source)
    return _films[source]


def _look_at(source: FetchedRanges) -> FragmentFilm | None:
    movie = read_fragmented_movie(source)
    if movie is None:
        return None
    fragments = FragmentMap(source, movie)
    first = fragments.first()
    if first is None or first.key_pts is None:
        return None
    tail = _read_tail(source, fragments, first)
    last = fragments.places.last()
    if not tail or last is None or last.begin < first.begin or last.sequence < first.sequence:
        return None
    begin = fragments.reader.fragment_at(first.position)
    return None if begin is None else FragmentFilm(source, fragments, begin, tail)


def _read_tail(source: FetchedRanges, fragments: FragmentMap, first: Place) -> list[Fragment]:
    """Look backwards from the end of the file for the last fragments, up to one with video."""
    end = source.size_bytes - random_access_bytes(source)
    found: list[Fragment] = []
    hinted = end - (fragments.last_hint() or end)
    for size in (hinted, *_TAIL_BYTES) if 0 < hinted <= _TAIL_BYTES[-1] else _TAIL_BYTES:
        begin = max(first.position, end - size)
        found = fragments.reader.fragments_in(begin, end)
        if begin == first.position or any(fragments.movie.video in fragment.samples for fragment in found):
            break
    if not found:
        found = _read_large_tail(fragments, first, end)
    if found and _begins_anew(fragments, found[-1].data_end, end):
        return []
    fragments.places.remember(found)
    return found


def _read_large_tail(fragments: FragmentMap, first: Place, end: int) -> list[Fragment]:
    """Find the last fragment where it is large: jump back further and further, then go from box to box."""
    size, _ = fragments.places.usual()
    back = 2 * _TAIL_BYTES[-1]
    found: list[Fragment] = []
    while not found and end - back > first.position:
        found = fragments.reader.fragments_in(end - back, min(end, end - back + min(2 * size, _TAIL_BYTES[-2])))
        back *= 2
    at = found[-1].position if found else first.position
    walked, is_at_end = fragments.reader.walk_on(at, end, _MOST_WALKED)
    return walked if is_at_end else []


def _begins_anew(fragments: FragmentMap, at: int, end: int) -> bool:
    """Check whether another file stands behind the last fragment, box by box (ISO/IEC 14496-12, 4.2)."""
    boxes = child_boxes(fragments.reader.ranges, at, end)
    return any(kind in (b"ftyp", b"moov") for kind, *_ in islice(boxes, _MOST_WALKED))
