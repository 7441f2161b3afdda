"""Cuts into finished files: boxes of ISO base media files, and plain bytes."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import av

from pictures import Turn

PICTURE_CODING_EXTENSION, PICTURE_CODING_ID = b"\0\0\1\xb5", 8
PULLDOWN = ((1, 1), (0, 0), (0, 1), (1, 0))
CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"moof", b"traf"}


def boxes(data: bytes | bytearray, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Walk the boxes of ISO/IEC 14496-12, 4.2, depth first: type, first byte of the payload, end."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        header = 16 if size == 1 else 8
        size = struct.unpack_from(">Q", data, start + 8)[0] if size == 1 else size or end - start
        yield kind, start + header, start + size
        if kind in CONTAINERS:
            yield from boxes(data, start + header, start + size)
        start += size


def find_box(data: bytes | bytearray, kind: bytes) -> tuple[int, int]:
    """Return first byte and end of the payload of the first box of a type."""
    return next((first, end) for found, first, end in boxes(data) if found == kind)


def set_track_matrix(base: Path, target: Path, turn: Turn) -> None:
    """Write the matrix of the first track's header (ISO/IEC 14496-12, 8.3.2) so that players turn the picture."""
    data = bytearray(base.read_bytes())
    first, _ = find_box(data, b"tkhd")
    version = data[first]
    at = first + (52 if version else 40)
    cosine = round(math.cos(math.radians(turn.clockwise_degrees)))
    sine = round(math.sin(math.radians(turn.clockwise_degrees)))
    mirror = -1 if turn.mirrored else 1
    matrix = [mirror * cosine, mirror * sine, 0, -sine, cosine, 0, 0, 0]
    struct.pack_into(">8iI", data, at, *(value << 16 for value in matrix), 1 << 30)
    target.write_bytes(data)


def set_durations(base: Path, target: Path, seconds: float) -> None:
    """Let the headers of movie, tracks and media (8.2.2, 8.3.2, 8.4.2) tell a duration that is not true."""
    data = bytearray(base.read_bytes())
    movie, _ = find_box(data, b"mvhd")
    movie_scale = struct.unpack_from(">I", data, movie + 12)[0]
    struct.pack_into(">I", data, movie + 16, int(seconds * movie_scale))
    for kind, first, _ in list(boxes(data)):
        if kind == b"tkhd":
            struct.pack_into(">I", data, first + 20, int(seconds * movie_scale))
        if kind == b"mdhd":
            scale = struct.unpack_from(">I", data, first + 12)[0]
            struct.pack_into(">I", data, first + 16, int(seconds * scale))
    target.write_bytes(data)


def insert_box(base: Path, target: Path, parents: tuple[bytes, ...], box: bytes) -> None:
    """Put a box at the end of the innermost of `parents`."""
    data = bytearray(base.read_bytes())
    _, end, heads = _descend(data, parents)
    target.write_bytes(_splice(data, end, end, box, heads))


def set_edits(base: Path, target: Path, edits: tuple[tuple[int, int], ...]) -> None:
    """Replace the edit list (8.6.6) of the first track: (duration in movie units, media time in media units) each."""
    data = bytearray(base.read_bytes())
    entries = b"".join(struct.pack(">IiHH", duration, media_time, 1, 0) for duration, media_time in edits)
    first, end, heads = _descend(data, (b"moov", b"trak", b"edts", b"elst"))
    target.write_bytes(_splice(data, first, end, struct.pack(">II", 0, len(edits)) + entries, heads))


def start_fragments_at(base: Path, target: Path, seconds: int) -> None:
    """Add a time to the base decoding time of every fragment (8.8.12), as in the middle of a live stream."""
    data = bytearray(base.read_bytes())
    scales: dict[int, int] = {}
    track = 0
    for kind, first, _ in list(boxes(data)):
        if kind == b"tkhd":
            track = struct.unpack_from(">I", data, first + 12)[0]
        elif kind == b"mdhd":
            scales[track] = struct.unpack_from(">I", data, first + 12)[0]
        elif kind == b"tfhd":
            track = struct.unpack_from(">I", data, first + 4)[0]
        elif kind == b"tfdt":
            begun = struct.unpack_from(">Q", data, first + 4)[0]
            struct.pack_into(">Q", data, first + 4, begun + seconds * scales[track])
    target.write_bytes(data)


def put_metadata_first(base: Path, target: Path) -> None:
    """Let the metadata of the movie, with its cover, stand before the tracks: 8.1.1 leaves the order free."""
    data = bytearray(base.read_bytes())
    start, end, _ = _descend(data, (b"moov",))
    children = [(kind, bytes(data[first - 8 : last])) for kind, first, last in _children(data, start, end)]
    front = [box for kind, box in children if kind in {b"mvhd", b"udta"}]
    data[start:end] = b"".join([*front, *(box for kind, box in children if kind not in {b"mvhd", b"udta"})])
    target.write_bytes(data)


def _descend(data: bytearray, parents: tuple[bytes, ...]) -> tuple[int, int, list[int]]:
    """Find nested boxes: payload and end of the innermost, and where each of their size fields is."""
    start, end, heads = 0, len(data), []
    for parent in parents:
        start, end = next((first, last) for kind, first, last in _children(data, start, end) if kind == parent)
        heads.append(start - 8)
        start += {b"stsd": 8, b"hvc1": 78, b"hev1": 78, b"avc1": 78}.get(parent, 0)
    return start, end, heads


def _splice(data: bytearray, start: int, end: int, replacement: bytes, heads: list[int]) -> bytearray:
    """Replace bytes within boxes whose sizes stand at `heads`; the media must stand before the index."""
    if find_box(data, b"mdat")[0] > heads[0]:
        raise ValueError("chunk offsets would change: put the index behind the media")
    for head in heads:
        size = struct.unpack_from(">I", data, head)[0] + len(replacement) - (end - start)
        struct.pack_into(">I", data, head, size)
    return data[:start] + replacement + data[end:]


def _children(data: bytes | bytearray, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        yield kind, start + 8, start + size
        start += size


def replace_bytes(base: Path, target: Path, old: bytes, new: bytes) -> None:
    """Put bytes in the place of as many others."""
    target.write_bytes(base.read_bytes().replace(old, new.ljust(len(old), b"\0")[: len(old)]))


def forget_frame_count(base: Path, target: Path) -> None:
    """Let an IVF header count as many frames as fit its field, as what was written into a pipe does."""
    data = bytearray(base.read_bytes())
    data[24:28] = b"\xff" * 4
    target.write_bytes(data)


def repeat_fields(base: Path, target: Path) -> None:
    """Set the flags of 3:2 pulldown in the picture headers of MPEG-2 (ISO/IEC 13818-2, 6.2.3.1), frame by frame."""
    data = bytearray(base.read_bytes())
    at, frame = data.find(PICTURE_CODING_EXTENSION), 0
    while at >= 0:
        if data[at + 4] >> 4 == PICTURE_CODING_ID:
            top_first, repeats = PULLDOWN[frame % len(PULLDOWN)]
            data[at + 7] = data[at + 7] & 0b0111_1101 | top_first << 7 | repeats << 1
            frame += 1
        at = data.find(PICTURE_CODING_EXTENSION, at + 4)
    target.write_bytes(data)


def packet_ranges(path: Path, start_seconds: float, end_seconds: float) -> list[tuple[int, int]]:
    """Tell where the packets of the video lie whose decoding time, from the first one, is in a half-open range."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [(packet.dts, packet.pos, packet.size) for packet in container.demux(stream) if packet.size]
        base = packets[0][0] or 0
        unit = stream.time_base or 1
    inside = [start_seconds <= ((dts or 0) - base) * unit < end_seconds for dts, _, _ in packets]
    return [(at or 0, (at or 0) + size) for (_, at, size), wanted in zip(packets, inside, strict=True) if wanted]


def truncate(base: Path, target: Path, seconds: float) -> None:
    """Cut the file off in the middle of the first packet that is decoded at or after a time."""
    start, end = packet_ranges(base, seconds, math.inf)[0]
    target.write_bytes(base.read_bytes()[: (start + end) // 2])


def garble(base: Path, target: Path, start_seconds: float, end_seconds: float) -> None:
    """Overwrite the packets of a time range with noise, but for their first 16 bytes."""
    data = bytearray(base.read_bytes())
    for start, end in packet_ranges(base, start_seconds, end_seconds):
        data[start + 16 : end] = bytes((at * 167 + (at >> 3) * 59) & 0xFF for at in range(start + 16, end))
    target.write_bytes(data)


def record_dav(base: Path, target: Path, rate: int) -> None:
    """Wrap the pictures of a bare stream as surveillance recorders do: a header with date and milliseconds each."""
    recording = bytearray()
    with av.open(str(base)) as container:
        packets = [(bytes(packet), packet.is_keyframe) for packet in container.demux(video=0) if packet.size]
    for number, (data, is_keyframe) in enumerate(packets):
        milliseconds = number * 1000 // rate
        extension = bytes([0x80, 0, 40, 22, 0x81, 0, 2, rate])
        length = 24 + len(extension) + len(data) + 8
        # Year since 2000, month, day, hour, minute, second, in 6, 4, 5, 5, 6 and 6 bits.
        date = 23 << 26 | 11 << 22 | 14 << 17 | 22 << 12 | 13 << 6 | (20 + milliseconds // 1000)
        recording += b"DHAV" + bytes([0xFD if is_keyframe else 0xFC, 0, 0, 0])
        recording += struct.pack("<IIIHBB", number, length, date, milliseconds & 0xFFFF, len(extension), 0)
        recording += extension + data + b"dhav" + struct.pack("<I", length)
    target.write_bytes(recording)
