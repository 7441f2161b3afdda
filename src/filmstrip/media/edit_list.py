"""How long is a track of an MP4? By its edit list, which counts as it is presented.

libav tells the sum of the decoding steps instead, which is something else where pictures are stored in another order
than they are shown in and stay for different times.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
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
_MOST_EDITS = 1000
_NORMAL_RATE = 1 << 16
_EMPTY = -1


def read_edits_end(source: MediaSource, track: int) -> Fraction | None:
    """Tell when the last edit of a track ends, in seconds from the movie's own start.

    None where there are no edits, or such as libav does not follow: of another speed, or empty in the middle.

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
        return None
    (scale,) = layout.unpack_from(header)
    edits = _read_edits(source, *tracks[track])
    return Fraction(edits, scale) if edits and scale else None


def _read_edits(source: MediaSource, start: int, end: int) -> int:
    """Add up the edits of a track in units of the movie; 0 if there are none, or any that libav does not follow."""
    for kind, first, last in _boxes(source, start, end):
        if kind == b"edts":
            lists = (read_bytes(source, *inside) for name, *inside in _boxes(source, first, last) if name == b"elst")
            return _sum_edits(next(lists, b""))
    return 0


def _sum_edits(data: bytes) -> int:
    layout = _EDITS[1 if data[:1] == b"\1" else 0]
    edits = [layout.unpack_from(data, at) for at in range(8, len(data) - layout.size + 1, layout.size)][:_MOST_EDITS]
    is_followed = all(rate == _NORMAL_RATE for _, _, rate in edits) and all(
        begin != _EMPTY for _, begin, _ in edits[1:]
    )
    return sum(duration for duration, _, _ in edits) if is_followed else 0


def _boxes(source: MediaSource, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Walk boxes side by side (4.2): type, and where the payload begins and ends."""
    while start + _BOX.size <= end:
        head = read_bytes(source, start, start + _BOX.size + _LARGE_SIZE.size)
        if len(head) < _BOX.size + _LARGE_SIZE.size:
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
