"""The times of the packets of an MPEG transport or program stream, read from any place, without a demuxer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from filmstrip.media.source.header_bytes import read_bytes
from filmstrip.media.source.media_source import LocalFile, MediaSource

VIDEO = rb"[\xe0-\xef]"
"""Stream ids of video (ISO/IEC 13818-1, table 2-22); the extended id of VC-1 is that of some sound as well."""
SOUND = rb"[\xbd\xc0-\xdf\xfd]"
"""Stream ids of sound, also those of AC-3 on air and on discs."""

_CLOCK_BITS = 33
_ODD = b"[" + re.escape(bytes(range(1, 256, 2))) + b"]"
# The header of a packet up to its DTS, or its PTS where they are the same: ISO/IEC 13818-1, 2.4.3.6, and in older
# program streams ISO/IEC 11172-1, 2.4.3.3. The marker bits of the times tell it from other bytes.
_HEADER = (
    rb"\x00\x00\x01ID.."
    rb"(?:[\x80-\xbf][\x80-\xff].|\xff{0,16}(?:[\x40-\x7f].)?)"
    rb"(?:[\x31-\x3f].ODD.ODD(?=[\x11-\x1f])|(?=[\x21-\x2f]))"
    rb"(.{5})(?<=.ODD.ODD)"
)
_HEADER_BYTES = 34
_FIRST_WINDOW_BYTES = 16 << 10
_MOST_BYTES = 240 << 10
# Between two pictures of a slide show there may be minutes of sound.
_MOST_FOLLOWED_BYTES = 16 << 20
_MOST_FOLLOWED_REMOTE_BYTES = 1 << 20
# Bare packets, those of Blu-ray with four bytes before each, and those with error correction behind each.
_PACKET_BYTES = 188
_TRANSPORT_PACKETS = ((188, 0), (192, 4), (204, 0))
_MOST_PACKET_BYTES = 204
_SYNC = 0x47
_HAS_ADAPTATION = 0x20
_RANDOM_ACCESS = 0x40
_NULL_PACKETS = 0x1FFF
_PACKETS_TO_JUDGE_BY = 4
_PACK_HEADER = b"\x00\x00\x01\xba"  # 2.5.3.4


@dataclass(frozen=True, slots=True)
class Stamp:
    """The time of a packet.

    Attributes:
        position: Byte offset of the packet's header.
        time: When it is decoded, in units of 1 / `MPEG_CLOCK_HZ` s.
    """

    position: int
    time: int


def distance(before: Stamp, after: Stamp) -> int:
    """Return how much later a time is than another one, around the end of the clock's bits if that is nearer."""
    half = 1 << (_CLOCK_BITS - 1)
    return (after.time - before.time + half) % (1 << _CLOCK_BITS) - half


def read_stamps(source: MediaSource, start: int, end: int, stream_ids: bytes = VIDEO) -> Iterator[Stamp]:
    """Read the times of all packets whose headers begin in a range of bytes.

    Args:
        source: The bytes.
        start: Where the range begins.
        end: The first byte behind it.
        stream_ids: Of which streams, as a set of a regular expression.
    """
    header = re.compile(_HEADER.replace(b"ID", stream_ids).replace(b"ODD", _ODD), re.DOTALL)
    for match in header.finditer(read_bytes(source, start, end + _HEADER_BYTES)):
        if start + match.start() < end:
            yield Stamp(start + match.start(), _parse_time(match[1]))


def first_stamp(source: MediaSource, start: int, end: int, stream_ids: bytes = VIDEO) -> Stamp | None:
    """Find the first time that begins in a range of bytes, or not far from its start; None for none.

    The arguments are those of `read_stamps`.
    """
    begin, window_bytes = start, _FIRST_WINDOW_BYTES
    while begin < min(end, start + _MOST_BYTES):
        found = next(read_stamps(source, begin, min(end, begin + window_bytes), stream_ids), None)
        if found is not None:
            return found
        begin, window_bytes = begin + window_bytes, window_bytes * 2
    return None


def is_random_access(source: MediaSource, stamp: Stamp) -> bool:
    """Check whether a transport packet is marked as one to begin with (ISO/IEC 13818-1, 2.4.3.5).

    Args:
        source: The bytes.
        stamp: A packet whose header lies in it.
    """
    begin = max(0, stamp.position - _PACKET_BYTES)
    data = read_bytes(source, begin, stamp.position)
    return any(
        data[at] == _SYNC
        and data[at + 3] & _HAS_ADAPTATION
        and at + 5 + data[at + 4] == len(data)
        and data[at + 5] & _RANDOM_ACCESS
        for at in range(len(data) - 5)
    )


def _parse_time(field: bytes) -> int:
    """Parse the five bytes of a PTS or DTS, with its marker bits."""
    high, middle, low = field[0] >> 1 & 7, int.from_bytes(field[1:3], "big") >> 1, int.from_bytes(field[3:], "big") >> 1
    return high << 30 | middle << 15 | low


def find_entry(source: MediaSource, before: int, position: int) -> int:
    """Find the byte from which a packet and what follows can be read: its stream's tables, or its pack header.

    Args:
        source: The bytes.
        before: Position of the packet before, which is not to be read.
        position: Position of the packet's header.
    """
    data = read_bytes(source, before, position + _PACKETS_TO_JUDGE_BY * _MOST_PACKET_BYTES)
    for size, bytes_before in _TRANSPORT_PACKETS:
        own = _transport_packet(data, position - before, size)
        if own is not None:
            tables = (at for at in range(own, 3, -size) if data[at] == _SYNC and _is_program_table(data[at : at + 3]))
            return max(before, before + next(tables, own) - bytes_before)
    pack = data.rfind(_PACK_HEADER, 0, position - before)
    return position if pack < 0 else before + pack


def _is_program_table(header: bytes) -> bool:
    """Check whether a transport packet has the PID 0 (2.4.4.3)."""
    return header[1] & 0x1F == 0 and header[2] == 0


def _transport_packet(data: bytes, position: int, size: int) -> int | None:
    """Find where the transport packet of a position begins, by those that follow it."""
    for start in range(position - 4, max(-1, position - size), -1):
        if all(data[at] == _SYNC for at in range(start, len(data), size)):
            return start
    return None


def transport_packets(data: bytes) -> Iterator[bytes]:
    """List the transport packets in some bytes, 188 bytes each; none where the bytes are of another kind."""
    for size, _ in _TRANSPORT_PACKETS:
        starts = (at for at in range(size) if _is_row_of_packets(data, at, size))
        first = next(starts, None)
        if first is not None:
            yield from (
                data[at : at + _PACKET_BYTES]
                for at in range(first, len(data) - _PACKET_BYTES + 1, size)
                if data[at] == _SYNC
            )
            return


def _is_row_of_packets(data: bytes, start: int, size: int) -> bool:
    row = data[start : start + size * _PACKETS_TO_JUDGE_BY : size]
    return len(row) == _PACKETS_TO_JUDGE_BY and all(byte == _SYNC for byte in row)


def is_counted_on(source: MediaSource, before: int, position: int) -> bool:
    """Check whether the continuity counters of all streams go on from one packet to another and a little further.

    Those of another recording begin again (2.4.3.3). A program stream has no counters.

    Args:
        source: The bytes.
        before: Position of the header of the packet before.
        position: Position of the packet's header, of the same stream.
    """
    most = _MOST_FOLLOWED_BYTES if isinstance(source, LocalFile) else _MOST_FOLLOWED_REMOTE_BYTES
    begin = max(0, position - max(_MOST_BYTES, min(position - before + _MOST_PACKET_BYTES, most)))
    data = read_bytes(source, begin, position + _FIRST_WINDOW_BYTES)
    for size, _ in _TRANSPORT_PACKETS:
        own = _transport_packet(data, position - begin, size)
        if own is not None:
            return _all_go_on(data, before - begin, own, size)
    return False


def _all_go_on(data: bytes, before: int, own: int, size: int) -> bool:
    """Follow the counters of all streams, from a packet on, to and over their next ones."""
    counters: dict[int, int] = {}
    is_seen_before = False
    for at in range(own % size, len(data) - 3, size):
        stream, counter = (data[at + 1] & 0x1F) << 8 | data[at + 2], data[at + 3] & 0xF
        has_payload = bool(data[at + 3] & 0x10)
        if data[at] != _SYNC and at > before:
            return False
        if stream == _NULL_PACKETS or not has_payload:
            continue
        # A packet may be sent twice.
        if at > before and stream in counters and (counter - counters[stream]) % 16 > 1:
            return False
        is_seen_before |= at == own and stream in counters
        counters[stream] = counter
    return is_seen_before
