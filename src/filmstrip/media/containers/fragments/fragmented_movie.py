"""A remote MP4 that is made of fragments which no index lists, as its movie box describes it."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.media.containers.fragments.fragment_boxes import TrackDefaults, whole_boxes_in
from filmstrip.media.source.header_bytes import child_box, child_boxes, find_movie_box, read_bytes, size_of
from filmstrip.media.source.iso_boxes import HEADER_BYTES
from filmstrip.media.source.media_source import ByteRanges, MediaSource

_MOST_BOXES_TO_INDEX = 16
_MOST_INDEX_BYTES = 4 << 20
_MOST_REPEATED_SECONDS = 10
_WAY_TO_SIZES = (b"mdia", b"minf", b"stbl")


@dataclass(frozen=True, slots=True)
class FragmentedMovie:
    """The movie box of a fragmented file.

    Attributes:
        end: The first byte behind it, from which on fragments may come.
        tracks: What it says of the samples of each track, by the track's ID.
        time_bases: Seconds of a unit of each track.
        video: ID of its only video track.
    """

    end: int
    tracks: Mapping[int, TrackDefaults]
    time_bases: Mapping[int, Fraction]
    video: int

    def starts_anew(self, first: int, before: int, after: int) -> bool:
        """Check whether time starts again between two fragments: more than what a recorder that reconnects repeats.

        Args:
            first: When the first fragment of the film is decoded, in units of the video.
            before: The same of the earlier one of the two.
            after: The same of the later one.
        """
        second = 1 / self.time_bases[self.video]
        step_back = before - after
        is_at_start = after <= first or (step_back >= second and after <= first + second)
        return is_at_start or step_back > _MOST_REPEATED_SECONDS * second


def read_fragmented_movie(source: MediaSource) -> FragmentedMovie | None:
    """Read the movie box of a file whose samples are all in fragments, with one video track.

    None for everything else, and where a segment index (`sidx`, 8.16.3) leads to the end of the file, which libav
    follows.
    """
    movie = find_movie_box(source)
    if movie is None:
        return None
    boxes = list(child_boxes(source, movie.payload, movie.end))
    extends = next(((start, end) for kind, start, end in boxes if kind == b"mvex"), None)
    tracks = [_read_track(source, start, end) for kind, start, end in boxes if kind == b"trak"]
    videos = [track for track, kind, _ in tracks if kind == b"vide"]
    has_samples = any(has_own for _, _, has_own in tracks)
    if extends is None or has_samples or len(videos) != 1 or _is_indexed(source, movie.end):
        return None
    defaults = dict(
        _parse_defaults(read_bytes(source, start, end))
        for kind, start, end in child_boxes(source, *extends)
        if kind == b"trex" and end - start >= 24  # noqa: PLR2004 - its fields
    )
    bases = {track.number: track.time_base for track, _, _ in tracks}
    if any(number not in defaults for number in bases):
        return None
    return FragmentedMovie(movie.end, defaults, bases, videos[0].number)


@dataclass(frozen=True, slots=True)
class _Track:
    number: int
    time_base: Fraction


def _read_track(source: MediaSource, start: int, end: int) -> tuple[_Track, bytes, bool]:
    """Read ID and time base of a track, the type of its media, and whether the movie itself holds samples of it."""
    header = _read_child(source, (start, end), b"tkhd")
    media = child_box(source, start, end, b"mdia") or (end, end)
    times, handler = _read_child(source, media, b"mdhd"), _read_child(source, media, b"hdlr")
    number = header[20:24] if header[:1] == b"\1" else header[12:16]
    scale = times[20:24] if times[:1] == b"\1" else times[12:16]
    table: tuple[int, int] | None = (start, end)
    for wanted in _WAY_TO_SIZES:
        table = None if table is None else child_box(source, *table, wanted)
    sizes = b"" if table is None else _read_child(source, table, b"stsz") or _read_child(source, table, b"stz2")
    has_samples = bool(int.from_bytes(sizes[8:12], "big"))
    track = _Track(int.from_bytes(number, "big"), Fraction(1, int.from_bytes(scale, "big") or 1))
    return track, handler[8:12], has_samples


def _read_child(source: MediaSource, inside: tuple[int, int], kind: bytes) -> bytes:
    found = child_box(source, *inside, kind)
    return b"" if found is None else read_bytes(source, found[0], min(found[1], found[0] + 64))


def _parse_defaults(box: bytes) -> tuple[int, TrackDefaults]:
    track, _, duration, size, flags = struct.unpack_from(">4x5I", box)
    return track, TrackDefaults(duration, size, flags)


def has_segment_index(source: MediaSource) -> bool:
    """Check whether a segment index (`sidx`, 8.16.3) leads through a fragmented file to its end."""
    movie = find_movie_box(source)
    return movie is not None and _is_indexed(source, movie.end)


def _is_indexed(source: MediaSource, start: int) -> bool:
    """Check whether a segment index before the first fragment covers the file to its end, or to its last index."""
    for number, (kind, first, last) in enumerate(child_boxes(source, start, size_of(source))):
        if kind == b"sidx":
            index = read_bytes(source, first, min(last, first + _MOST_INDEX_BYTES))
            return _indexed_end(index, last) in _content_ends(source)
        if kind == b"moof" or number > _MOST_BOXES_TO_INDEX:
            break
    return False


def _indexed_end(box: bytes, end: int) -> int:
    layout = struct.Struct(">4x8xQQ2xH" if box[:1] == b"\1" else ">4x8xII2xH")
    if len(box) < layout.size:
        return -1
    _, first, count = layout.unpack_from(box)
    sizes = [int.from_bytes(box[at : at + 4], "big") for at in range(layout.size, len(box), 12)][:count]
    is_final = len(sizes) == count and not any(size >> 31 for size in sizes)
    return end + first + sum(sizes) if is_final else -1


def _content_ends(source: MediaSource) -> set[int]:
    """List where fragments may end: at the file's end, or before the table of random access (`mfra`, 8.8.11)."""
    end = size_of(source)
    return {end, end - random_access_bytes(source)}


def random_access_bytes(source: MediaSource) -> int:
    """Return the length of the table of random access at the end of a file, 0 if there is none."""
    tail = read_bytes(source, max(0, size_of(source) - 16), size_of(source))
    if len(tail) < 16 or tail[4:8] != b"mfro":  # noqa: PLR2004 - the box that tells it
        return 0
    size = int.from_bytes(tail[12:], "big")
    start = size_of(source) - size
    return size if start > 0 and read_bytes(source, start + 4, start + 8) == b"mfra" else 0


def read_random_accesses(source: ByteRanges, track: int) -> list[tuple[int, int]]:
    """List the sync samples of a track that the table at the end names (`tfra`, 8.8.10): time, and fragment's byte."""
    end = size_of(source)
    size = min(random_access_bytes(source), _MOST_INDEX_BYTES)
    for kind, start, last in whole_boxes_in(read_bytes(source, end - size, end), HEADER_BYTES) if size else ():
        box = read_bytes(source, end - size + start, end - size + last)
        if kind == b"tfra" and box[4:8] == track.to_bytes(4, "big"):
            return sorted(_parse_accesses(box))
    return []


def _parse_accesses(box: bytes) -> Iterator[tuple[int, int]]:
    (lengths,) = struct.unpack_from(">I", box, 8)
    layout = struct.Struct(">QQ" if box[0] else ">II")
    numbers = sum((lengths >> shift & 3) + 1 for shift in (0, 2, 4))
    for at in range(16, len(box) - layout.size + 1, layout.size + numbers):
        yield layout.unpack_from(box, at)
