"""Is a moment of a remote transport stream found by few bytes, and given up where the stream does not help?"""

from __future__ import annotations

import struct
from bisect import bisect_right

import pytest

from counted_bytes import Bytes
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.media.timeline.stamp_map import StampMap

RATE = 90_000
PACKET = 188
PACKETS_PER_PICTURE = 20
PICTURES = 10 * 3_000
WRAP = 1 << 33


def stamp_bytes(time: int) -> bytes:
    time %= WRAP
    high, middle, low = time >> 30, time >> 15 & 0x7FFF, time & 0x7FFF
    return bytes([0x21 | high << 1]) + struct.pack(">HH", middle << 1 | 1, low << 1 | 1)


def picture(number: int, time: int, *, is_entry: bool) -> bytes:
    """One second of film, as a PES packet over some transport packets (ISO/IEC 13818-1, 2.4.3)."""
    adaptation = bytes([1, 0x40 if is_entry else 0])
    header = b"\x00\x00\x01\xe0\x00\x00\x80\x80\x05" + stamp_bytes(time)
    first = (b"\x47\x41\x00" + bytes([0x30 | number & 0xF]) + adaptation + header).ljust(PACKET, b"\xff")
    return first + (b"\x47\x01\x00\x10".ljust(PACKET, b"\xff")) * (PACKETS_PER_PICTURE - 1)


def film(*, begin: int = 0, entry_every: int = 10) -> tuple[bytes, list[int]]:
    """Make ten pictures a second, and list the bytes at which those begin that decoding can begin with."""
    entries = [number for number in range(PICTURES) if entry_every and number % entry_every == 0]
    marked = set(entries)
    data = b"".join(picture(n, begin + n * RATE // 10, is_entry=n in marked) for n in range(PICTURES))
    return data, [number * PACKETS_PER_PICTURE * PACKET for number in entries]


@pytest.mark.parametrize("begin", [0, WRAP - 600 * RATE], ids=["from zero", "over the end of the clock"])
def test_the_last_entry_before_a_moment_is_found_in_two_requests(begin: int) -> None:
    """Once some times are known, the place and all bytes up to the moment are here after one or two requests."""
    data, entries = film(begin=begin, entry_every=10)
    source = Bytes(data)
    stamps = StampMap(BlockCache(source))
    stamps.place_before(0)
    source.requests = 0
    for seconds in (755, 1_500, 2_345):
        place = stamps.place_before(seconds * RATE + RATE // 3)
        assert place is not None
        wanted = entries[bisect_right(range(0, PICTURES, 10), seconds * 10 + 3) - 1]
        assert place <= wanted <= place + 2 * PACKET
    assert source.requests <= 6


@pytest.mark.parametrize("has_times", [True, False], ids=["nothing marked", "no times"])
def test_a_stream_that_marks_nothing_is_left_to_libav(*, has_times: bool) -> None:
    """Without marks there is no place, and nothing is fetched in search of one."""
    source = Bytes(film(entry_every=0)[0] if has_times else bytes(1 << 20))
    stamps = StampMap(BlockCache(source))
    assert stamps.place_before(100 * RATE) is None
    looked = source.requests
    assert stamps.place_before(200 * RATE) is None
    assert source.requests == looked


def test_entries_that_never_come_again_are_given_up() -> None:
    """A search ends after some seconds where the stream marks its first picture only."""
    source = Bytes(film(entry_every=PICTURES)[0])
    stamps = StampMap(BlockCache(source))
    stamps.place_before(0)
    before = source.bytes_read
    assert stamps.place_before(2_500 * RATE) is None
    assert source.bytes_read - before < 8 << 20
