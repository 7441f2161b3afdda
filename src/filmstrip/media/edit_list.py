"""How long is a track of an MP4? By its edit list, which counts as it is presented.

libav tells the sum of the decoding steps instead, which is something else where pictures are stored in another order
than they are shown in and stay for different times.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.media.header_bytes import find_movie_box, read_bytes
from filmstrip.media.source import MediaSource

_BOX = struct.Struct(">I4s")
_LARGE_SIZE = struct.Struct(">Q")
_SIZE_FOLLOWS = 1
# Version 0 and 1: times of creation and change, the time scale (ISO/IEC 14496-12, 8.2.2).
_MOVIE_HEADERS = (struct.Struct(">4x4x4xI"), struct.Struct(">4x8x8xI"))
# The duration in units of the movie, where in the media it begins (-1 for nowhere), its rate (8.6.6).
_EDITS = (struct.Struct(">IiI"), struct.Struct(">QqI"))
_FIRST_EDIT_AT = 8
_MOST_EDITS_BYTES = 20_000
_MOST_BOXES = 1000
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
    boxes = [] if movie is None else list(_boxes(source, movie[0] + _BOX.size, movie[1]))
    header = next((read_bytes(source, start, start + 64) for kind, start, _ in boxes if kind == b"mvhd"), b"")
    layout = _MOVIE_HEADERS[1 if header[:1] == b"\1" else 0]
    tracks = [(start, end) for kind, start, end in boxes if kind == b"trak"]
    if len(header) < layout.size or track >= len(tracks):
        return EditList()
    (scale,) = layout.unpack_from(header)
    for kind, first, last in _boxes(source, *tracks[track]):
        if kind == b"edts" and scale:
            lists = ((begin, end) for name, begin, end in _boxes(source, first, last) if name == b"elst")
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


def _boxes(source: MediaSource, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Walk boxes side by side (4.2): type, and where the payload begins and ends."""
    for _ in range(_MOST_BOXES):
        head = read_bytes(source, start, start + _BOX.size + _LARGE_SIZE.size)
        if start + _BOX.size > end or len(head) < _BOX.size + _LARGE_SIZE.size:
            return
        size, kind = _BOX.unpack_from(head)
        payload = start + _BOX.size
        if size == _SIZE_FOLLOWS:
            (size,) = _LARGE_SIZE.unpack_from(head, _BOX.size)
            payload += _LARGE_SIZE.size
        if size < payload - start:
            return
        yield kind, payload, min(end, start + size)
        start += size
