"""Cuts into MPEG transport streams (ISO/IEC 13818-1), packet by packet of 188 bytes."""

from __future__ import annotations

import math
from pathlib import Path

from assets.asset import Asset
from assets.surgery import packet_ranges

PACKET = 188
VIDEO_STREAM_IDS = range(0xE0, 0xF0)


def start_late(base: Path, target: Path, seconds: float) -> None:
    """Drop everything before the first video packet that is decoded at or after a time."""
    start, _ = packet_ranges(base, seconds, math.inf)[0]
    target.write_bytes(base.read_bytes()[start // PACKET * PACKET :])


def append_to(base: Path, target: Path, *before: Asset) -> None:
    """Put a stream behind others, as they follow each other on air."""
    target.write_bytes(b"".join(each.path.read_bytes() for each in before) + base.read_bytes())


def lose_packets(base: Path, target: Path, start_seconds: float, end_seconds: float) -> None:
    """Drop every seventh packet in a time range, as bad reception does."""
    data = base.read_bytes()
    (first, _), (last, _) = (packet_ranges(base, at, math.inf)[0] for at in (start_seconds, end_seconds))
    lost = {at for at in range(0, len(data), PACKET) if first <= at < last and at // PACKET % 7 == 0}
    target.write_bytes(b"".join(data[at : at + PACKET] for at in range(0, len(data), PACKET) if at not in lost))


def forget_times(base: Path, target: Path, kept_every: int) -> None:
    """Erase presentation and decoding times from video packets (2.4.3.7) but for every `kept_every`-th."""
    data = bytearray(base.read_bytes())
    seen = 0
    for start in range(0, len(data), PACKET):
        pes = _pes_header(data, start)
        if pes is None:
            continue
        if seen % kept_every:
            # PTS_DTS_flags become '00'; where the times stood, stuffing bytes stand now.
            data[pes + 7] &= 0x3F
            data[pes + 9 : pes + 9 + data[pes + 8]] = b"\xff" * data[pes + 8]
        seen += 1
    target.write_bytes(data)


def _pes_header(data: bytearray, start: int) -> int | None:
    """Tell where the header of a video packet begins in this transport packet, None if none does."""
    starts_unit, adaptation = data[start + 1] & 0x40, data[start + 3] & 0x20
    if not starts_unit:
        return None
    at = start + 4 + (1 + data[start + 4] if adaptation else 0)
    is_video = bytes(data[at : at + 3]) == b"\0\0\1" and data[at + 3] in VIDEO_STREAM_IDS
    return at if is_video else None
