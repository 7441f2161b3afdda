"""Finds where in a remote MP4 of fragments another file begins: its fragments are counted again, and so is their time.

A short film is walked from box to box, a long one looked at in some places: of a part that lies between two of them
nothing is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from filmstrip.media.containers.fragments.fragment_film import FragmentFilm
from filmstrip.media.containers.fragments.fragment_places import Place
from filmstrip.media.source.header_bytes import file_boxes

_PLACES = 6
# So many fragments are all looked at: a film between two places would be missed.
_FEW = 48
_MOST_STEPS = 24
_MOST_BOXES = 256
_MOST_NEAR = 64


def find_fragment_joints(film: FragmentFilm) -> list[int]:
    """Find the bytes, but for the first one, at which a file begins whose fragments count again."""
    joints: list[int] = []
    for before, after in pairwise(_look_around(film)):
        if _is_anew(before, after):
            joint = _narrow_down(film, before, after)
            joints += [] if joint is None else [joint]
    return joints


def find_fragment_restart(film: FragmentFilm) -> int | None:
    """Find the first byte of a fragment from which on time starts again; None if none is seen."""
    places = _look_around(film)

    def is_anew(before: Place, after: Place) -> bool:
        return film.movie.starts_anew(places[0].begin, before.begin, after.begin)

    for before, after in pairwise(places):
        if is_anew(before, after):
            return _walk_to(film, *_narrow(film, before, after, is_anew), is_anew)
    return None


def _walk_to(film: FragmentFilm, before: Place, after: Place, is_anew: Callable[[Place, Place], bool]) -> int:
    walked, _ = film.map.reader.walk_on(before.data_end, after.position, _MOST_NEAR)
    between = [place for fragment in walked if (place := film.map.places.place(fragment)) is not None]
    pairs = pairwise([before, *between, after])
    return next((now.position for last, now in pairs if is_anew(last, now)), after.position)


def _look_around(film: FragmentFilm) -> list[Place]:
    size, _ = film.map.places.usual()
    begin, end = film.first.position, film.size_bytes
    is_short = (end - begin) // max(1, size) <= _FEW
    walked, is_all = film.map.reader.walk_on(begin, end, 2 * _FEW) if is_short else ([], False)
    count = 0 if is_all else _PLACES
    places = [begin + (end - begin) * number // (count + 1) for number in range(1, count + 1)]
    found = [film.map.place_behind(at, end) for at in places]
    found += [film.map.first(), film.map.places.last(), *map(film.map.places.place, walked)]
    return sorted({place.position: place for place in found if place is not None}.values())


def _is_anew(before: Place, after: Place) -> bool:
    return after.sequence < before.sequence or after.begin < before.begin


def _narrow(
    film: FragmentFilm, before: Place, after: Place, is_anew: Callable[[Place, Place], bool]
) -> tuple[Place, Place]:
    """Halve the stretch between two places, up to a few fragments."""
    size, _ = film.map.places.usual()
    for _ in range(_MOST_STEPS):
        if after.position - before.data_end <= 8 * size:
            break
        middle = film.map.place_behind((before.data_end + after.position) // 2, after.position)
        if middle is None:
            break
        before, after = (before, middle) if is_anew(before, middle) else (middle, after)
    return before, after


def _narrow_down(film: FragmentFilm, before: Place, after: Place) -> int | None:
    """Find the file type (ISO/IEC 14496-12, 4.3) between two places from box to box, after halving the stretch."""
    before, after = _narrow(film, before, after, _is_anew)
    boxes = file_boxes(film.source, before.data_end, _MOST_BOXES, after.position)
    return next((box.start for box in boxes if box.kind == b"ftyp"), None)
