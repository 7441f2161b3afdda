"""Writing files of ISO/IEC 14496-12 (ISO base media file format): boxes in boxes, big-endian."""

from __future__ import annotations

import struct

_HEADER_BYTES = 8
_IDENTITY_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(kind: str, *contents: bytes) -> bytes:
    """Write a box (4.2.2): its length, its four-character code and what is in it."""
    body = b"".join(contents)
    return struct.pack(">I4s", _HEADER_BYTES + len(body), kind.encode("ascii")) + body


def full_box(kind: str, version: int, flags: int, *contents: bytes) -> bytes:
    """Write a box with a version and 24 bits of flags (4.2.2)."""
    return box(kind, struct.pack(">I", version << 24 | flags), *contents)


def numbers(layout: str, *values: int | bytes) -> bytes:
    """Write big-endian numbers, laid out as for `struct`."""
    return struct.pack(">" + layout, *values)


def movie_header(timescale: int) -> bytes:
    """Write the movie header (8.2.2) of a fragmented file, whose duration is in its fragments."""
    times = numbers("IIII", 0, 0, timescale, 0)
    rate_and_volume = numbers("IH10x", 0x10000, 0x100)
    return full_box("mvhd", 0, 0, times, rate_and_volume, _IDENTITY_MATRIX, bytes(24), numbers("I", 2))


def track_header(track_id: int, width: int, height: int) -> bytes:
    """Write the header (8.3.2) of an enabled track that is shown in pixels of width and height."""
    enabled_in_movie = 0x3
    times = numbers("IIIII", 0, 0, track_id, 0, 0)
    layer_group_volume = numbers("8xHHHH", 0, 0, 0, 0)
    size = numbers("II", width << 16, height << 16)
    return full_box("tkhd", 0, enabled_in_movie, times, layer_group_volume, _IDENTITY_MATRIX, size)


def media_header(timescale: int) -> bytes:
    """Write the media header (8.4.2) with an undetermined language."""
    undetermined = sum((ord(letter) - 0x60) << shift for letter, shift in zip("und", (10, 5, 0), strict=True))
    return full_box("mdhd", 0, 0, numbers("IIIIHH", 0, 0, timescale, 0, undetermined, 0))


def video_handler() -> bytes:
    """Write the handler reference (8.4.3) of a video track."""
    return full_box("hdlr", 0, 0, numbers("I", 0), b"vide", bytes(12), b"thumbnails\0")


def data_in_this_file() -> bytes:
    """Write the data information (8.7.1, 8.7.2): media data is in the same file."""
    self_contained = 0x1
    return box("dinf", full_box("dref", 0, 0, numbers("I", 1), full_box("url ", 0, self_contained)))


def visual_sample_entry(kind: str, width: int, height: int, *boxes: bytes) -> bytes:
    """Write a VisualSampleEntry (12.1.3) for pictures of 24 bits without alpha, at 72 dpi."""
    reserved_and_reference = numbers("6xH16x", 1)
    size = numbers("HHIIIH", width, height, 0x480000, 0x480000, 0, 1)
    return box(kind, reserved_and_reference, size, bytes(32), numbers("Hh", 0x18, -1), *boxes)


def empty_sample_table(sample_entry: bytes) -> bytes:
    """Write the sample table (8.5.1) of a fragmented file: one sample description and no samples."""
    return box(
        "stbl",
        full_box("stsd", 0, 0, numbers("I", 1), sample_entry),
        full_box("stts", 0, 0, numbers("I", 0)),
        full_box("stsc", 0, 0, numbers("I", 0)),
        full_box("stsz", 0, 0, numbers("II", 0, 0)),
        full_box("stco", 0, 0, numbers("I", 0)),
    )
