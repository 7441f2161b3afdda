"""Finds where time starts again in an MP4 of fragments though no other file begins: recorders that append write it so.

What follows has no header of its own: libav takes it for the same film, and shows pictures of both at the same moments.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise

from filmstrip.media.containers.fragments.fragment_boxes import MOST_FRAGMENT_BOX_BYTES, whole_boxes_in
from filmstrip.media.containers.fragments.fragment_film import fragment_film
from filmstrip.media.containers.fragments.fragment_joints import find_fragment_restart
from filmstrip.media.containers.fragments.fragmented_movie import FragmentedMovie, read_fragmented_movie
from filmstrip.media.source.header_bytes import file_boxes, read_bytes
from filmstrip.media.source.iso_boxes import HEADER_BYTES
from filmstrip.media.source.media_source import MediaSource, part_of

_MOST_BOXES = 200_000


def end_at_restarts(source: MediaSource, bounds: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Let each half-open range of bytes end where its time starts again: the rest cannot be opened without a header.

    Args:
        source: The bytes.
        bounds: Where its files begin and end.
    """
    parts = [source if len(bounds) == 1 else part_of(source, *bound) for bound in bounds]
    found = [find_restart(part) for part in parts]
    return [(start, end if at is None else start + at) for (start, end), at in zip(bounds, found, strict=True)]


def left_out_behind(bounds: list[tuple[int, int]], ended: list[tuple[int, int]]) -> Iterator[str]:
    """Return what `end_at_restarts` left out, a sentence for each range."""
    for (_, whole), (_, end) in zip(bounds, ended, strict=True):
        if end < whole:
            yield (
                f"The times of the source's fragments start again at byte {end}: what follows up to byte {whole} is "
                "another recording without a header of its own and is left out; give it in a file of its own to see it"
            )


def find_restart(source: MediaSource) -> int | None:
    """Find the fragment with video from which on time starts again; None if there is none.

    A remote film that is searched is looked at in some places, all others are walked from box to box.

    Returns:
        Its first byte.
    """
    film = fragment_film(source)
    if film is not None:
        return find_fragment_restart(film)
    movie = read_fragmented_movie(source)
    return None if movie is None else _find_walking(source, movie)


def _find_walking(source: MediaSource, movie: FragmentedMovie) -> int | None:
    first: int | None = None
    for (_, before), (at, after) in pairwise(_times(source, movie)):
        first = before if first is None else first
        if movie.starts_anew(first, before, after):
            return at
    return None


def _times(source: MediaSource, movie: FragmentedMovie) -> Iterator[tuple[int, int]]:
    """Go from box to box: where fragments with video begin, and when in decoding time."""
    for found in file_boxes(source, movie.end, _MOST_BOXES):
        size = found.end - found.start
        if found.kind == b"ftyp":
            return
        if found.kind == b"moof" and size <= MOST_FRAGMENT_BOX_BYTES:
            box = _find_video(read_bytes(source, found.start, found.end), movie.video)
            if box == b"":
                return  # None of the others tells its time either.
            if box is not None:
                yield found.start, _begin(box)


def _find_video(fragment: bytes, track: int) -> bytes | None:
    """Find the box that tells when the first sample of a track is decoded (`tfdt`, 8.8.12).

    Returns:
        Its payload, empty if the fragment does not tell it; None for a fragment without samples of the track.
    """
    for kind, start, end in whole_boxes_in(fragment, HEADER_BYTES):
        part = fragment[start:end] if kind == b"traf" else b""
        fields = {name: part[first:last] for name, first, last in whole_boxes_in(part)}
        is_empty = fields.get(b"trun", b"")[4:8] in {b"", bytes(4)}
        if fields.get(b"tfhd", b"")[4:8] == track.to_bytes(4, "big") and not is_empty:
            time = fields.get(b"tfdt", b"")
            return time if len(time) >= _time_layout(time).size else b""
    return None


def _time_layout(box: bytes) -> struct.Struct:
    return struct.Struct(">4xQ" if box[:1] == b"\1" else ">4xI")


def _begin(box: bytes) -> int:
    return int(_time_layout(box).unpack_from(box)[0])
