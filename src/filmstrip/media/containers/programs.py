"""The streams of a broadcast that belong together, by its tables (ISO/IEC 13818-1, 2.4.4), which libav hides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from filmstrip.media.containers.program_times import transport_packets
from filmstrip.media.source.header_bytes import read_bytes
from filmstrip.media.source.media_source import MediaSource

# Tables come at least every tenth of a second or so.
_TABLES_BYTES = 4 << 20
_FIRST_TABLES_BYTES = 1 << 20
_PROGRAM_TABLE, _PROGRAM_MAP = 0x00, 0x02
_HEADER_BYTES, _CHECKSUM_BYTES = 3, 4
_MAP_PID = 0
# MPEG-1, MPEG-2, MPEG-4, H.264 (also of more than one view), H.265, VVC, AVS, VC-1.
_VIDEO_TYPES = {0x01, 0x02, 0x10, 0x1B, 0x20, 0x24, 0x33, 0x42, 0xD1, 0xEA}


def read_program(source: MediaSource, pid: int) -> frozenset[int]:
    """List the PIDs of the streams of the programme that a stream is part of; empty where no table tells.

    Args:
        source: A transport stream.
        pid: That of the stream.
    """
    packets = list(transport_packets(read_bytes(source, 0, _TABLES_BYTES)))
    programs = [frozenset(number for _, number in _listed_streams(table)) for table in _maps(packets)]
    return next((program for program in programs if pid in program), frozenset())


def read_kinds(source: MediaSource) -> dict[int, int]:
    """List the stream types of all programmes' streams by their PIDs, as the first tables tell them."""
    packets = list(transport_packets(read_bytes(source, 0, _FIRST_TABLES_BYTES)))
    return {pid: kind for table in _maps(packets) for kind, pid in _listed_streams(table)}


def listed_videos(packets: Sequence[bytes]) -> frozenset[tuple[int, int]]:
    """List PID and stream type of each video stream that the first tables in some transport packets tell of."""
    programs: dict[bytes, bytes] = {}
    for table in _maps(packets):
        if table[:2] in programs:
            break
        programs[table[:2]] = table
    streams = (stream for table in programs.values() for stream in _listed_streams(table))
    return frozenset((pid, kind) for kind, pid in streams if kind in _VIDEO_TYPES)


def _maps(packets: Sequence[bytes]) -> Iterator[bytes]:
    numbers = {number for table in _sections(packets, {_MAP_PID}, _PROGRAM_TABLE) for number in _listed_maps(table)}
    return _sections(packets, numbers, _PROGRAM_MAP)


def _sections(packets: Iterable[bytes], pids: set[int], table_id: int) -> Iterator[bytes]:
    """Put together the sections of some PIDs (2.4.4.1), without their headers' first bytes and their checksums."""
    begun: defaultdict[int, bytes] = defaultdict(bytes)
    for packet in packets:
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if pid not in pids or not packet[3] & 0x10:
            continue
        payload = packet[5 + packet[4] :] if packet[3] & 0x20 else packet[4:]
        if packet[1] & 0x40 and payload:
            begun[pid] = payload[1 + payload[0] :]
        elif begun[pid]:
            begun[pid] += payload
        section = begun[pid]
        length = int.from_bytes(section[1:3], "big") & 0xFFF
        if len(section) >= _HEADER_BYTES + length > _HEADER_BYTES and section[0] == table_id:
            yield section[_HEADER_BYTES : _HEADER_BYTES + length - _CHECKSUM_BYTES]
            begun[pid] = b""


def _listed_maps(table: bytes) -> Iterator[int]:
    """List the PIDs of the programmes' own tables (2.4.4.3)."""
    for at in range(5, len(table) - 3, 4):
        if table[at : at + 2] != b"\0\0":
            yield int.from_bytes(table[at + 2 : at + 4], "big") & 0x1FFF


def _listed_streams(table: bytes) -> Iterator[tuple[int, int]]:
    """List stream type and PID of a programme's streams (2.4.4.8)."""
    at = 9 + (int.from_bytes(table[7:9], "big") & 0xFFF)
    while at + 5 <= len(table):
        yield table[at], int.from_bytes(table[at + 1 : at + 3], "big") & 0x1FFF
        at += 5 + (int.from_bytes(table[at + 3 : at + 5], "big") & 0xFFF)
