"""The length of a track of an MP4, by its edit list, which counts as it is presented.

libav tells the sum of the decoding steps instead, which is something else where pictures are stored in another order
than they are shown in and stay for different times.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.media.source.header_bytes import child_boxes, find_movie_box, read_bytes
from filmstrip.media.source.media_source import MediaSource

# Version 0 and 1: times of creation and change, the time scale (ISO/IEC 14496-12, 8.2.2).
_MOVIE_HEADERS = (struct.Struct(">4x4x4xI"), struct.Struct(">4x8x8xI"))
# The duration in units of the movie, where in the media it begins (-1 for nowhere), its rate (8.6.6).
_EDITS = (struct.Struct(">IiI"), struct.Struct(">QqI"))
_FIRST_EDIT_AT = 8
_MOST_EDITS_BYTES = 20_000
_NORMAL_RATE = 1 << 16
_EMPTY = -1


@dataclass(frozen=True, slots=True)
class EditList:
    """What the edit list of a track says.

    Attributes:
        end: When its last edit ends, in seconds from the movie's own start; None if it does not say.
        is_followed: Whether libav plays all of it: not what has another speed, nor a pause in the middle.
    """

    end: Fraction | None = None
    is_followed: bool = True


def read_edit_list(source: MediaSource, track: int) -> EditList:
    """Read the edit list of a track of an MP4.

    Args:
        source: The bytes.
        track: Number of the track, from 0, in the order of the file.
    """
    movie = find_movie_box(source)
    boxes = [] if movie is None else list(child_boxes(source, movie.payload, movie.end))
    header = next((read_bytes(source, start, start + 64) for kind, start, _ in boxes if kind == b"mvhd"), b"")
    layout = _MOVIE_HEADERS[1 if header[:1] == b"\1" else 0]
    tracks = [(start, end) for kind, start, end in boxes if kind == b"trak"]
    if len(header) < layout.size or track >= len(tracks):
        return EditList()
    (scale,) = layout.unpack_from(header)
    for kind, first, last in child_boxes(source, *tracks[track]):
        if kind == b"edts" and scale:
            lists = ((begin, end) for name, begin, end in child_boxes(source, first, last) if name == b"elst")
            return _parse_edits(source, *next(lists, (first, first)), scale)
    return EditList()


def _parse_edits(source: MediaSource, start: int, end: int, scale: int) -> EditList:
    data = read_bytes(source, start, min(end, start + _MOST_EDITS_BYTES))
    layout = _EDITS[1 if data[:1] == b"\1" else 0]
    edits = [layout.unpack_from(data, at) for at in range(_FIRST_EDIT_AT, len(data) - layout.size + 1, layout.size)]
    is_even = all(rate == _NORMAL_RATE for _, _, rate in edits)
    if end - start > _MOST_EDITS_BYTES or not is_even or any(begin == _EMPTY for _, begin, _ in edits[1:]):
        return EditList(is_followed=False)
    duration = sum(duration for duration, _, _ in edits)
    return EditList(Fraction(duration, scale) if duration else None)
