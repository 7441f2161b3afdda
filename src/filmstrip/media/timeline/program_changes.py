"""Finds where in a transport stream its video becomes another one: another codec, or another PID.

libav believes the first table (ISO/IEC 13818-1, 2.4.4.8) for a stream, and goes on with its decoder whatever comes.
Looked at are the tables at places of a local file; a programme between two of them is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from filmstrip.media.containers.program_times import transport_packets
from filmstrip.media.containers.programs import listed_videos
from filmstrip.media.source.header_bytes import read_bytes, size_of
from filmstrip.media.source.media_source import LocalFile

_PLACES = 48
_WINDOW_BYTES = 512 << 10
_NEAR_BYTES = 64 << 10
_BACK_BYTES = (8 << 10, 32 << 10, 128 << 10)
_TABLE_PID = 0

Videos = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Look:
    """What the tables behind a place say.

    Attributes:
        position: The place, a byte offset.
        videos: PID and type of each video stream.
    """

    position: int
    videos: Videos


def videos_at_start(source: LocalFile) -> Videos:
    """List PID and stream type of each video stream in the first tables."""
    return _videos(source, 0)


def find_program_changes(source: LocalFile) -> list[int]:
    """Find the bytes from which on tables tell of other video than before; empty where there never is another one."""
    end = size_of(source)
    # A short programme is most likely the last one.
    places = {*range(0, end, max(_NEAR_BYTES, end // _PLACES)), *(max(0, end - back) for back in _BACK_BYTES)}
    looks = [_Look(place, found) for place in sorted(places) if (found := _videos(source, place))]
    return [_narrow_down(source, before, after) for before, after in pairwise(looks) if before.videos != after.videos]


def _videos(source: LocalFile, place: int) -> Videos:
    return listed_videos(list(transport_packets(read_bytes(source, place, place + _WINDOW_BYTES))))


def _narrow_down(source: LocalFile, before: _Look, after: _Look) -> int:
    """Halve the stretch between two places until it is short; then go table by table."""
    while after.position - before.position > _NEAR_BYTES:
        middle = (before.position + after.position) // 2
        found = _videos(source, middle)
        if not found or found == before.videos:
            before = _Look(middle, before.videos)
        else:
            after = _Look(middle, found)
    return _first_table(source, before, after)


def _first_table(source: LocalFile, before: _Look, after: _Look) -> int:
    """Find the first packet of tables that tell of the other video."""
    data = read_bytes(source, before.position, after.position + _WINDOW_BYTES)
    first = data.find(b"\x47")
    packets = list(transport_packets(data))
    size = 188
    at = next((at for at in range(first, first + 4 * 208) if data[at : at + size] == packets[0]), first)
    stride = _stride(data, at)
    starts = [number for number, packet in enumerate(packets) if (packet[1] & 0x1F, packet[2]) == (0, _TABLE_PID)]
    for begin, end in pairwise([*starts, len(packets)]):
        if listed_videos(packets[begin:end]) not in (frozenset(), before.videos):
            return before.position + at + begin * stride
    return after.position


def _stride(data: bytes, at: int) -> int:
    return next((size for size in (188, 192, 204) if data[at + size : at + size + 1] == b"\x47"), 188)
