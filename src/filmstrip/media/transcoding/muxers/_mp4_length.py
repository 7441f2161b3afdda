"""Lets a finished MP4 tell browsers how long it is: if pictures stay for different times, ffmpeg's does not.

Browsers add up the steps between decoding times (ISO/IEC 14496-12, 8.6.1.2) and believe the edit list only where it
says less. With B-frames, the last step can be that of a picture in the middle: seconds, where the last picture stays
for minutes. Here the last step is made as long as the presentation needs.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from filmstrip.media.source.iso_boxes import boxes_in

_BOX = struct.Struct(">I4s")
_ENTRY = struct.Struct(">II")
_LONGEST = (1 << 32) - 1
# Times of a movie and of its media are rounded to different units.
_ROUNDING_SECONDS = Fraction(1, 200)
Range = tuple[int, int]


def complete_length(path: Path) -> Fraction:
    """Let the decoding times of each track of a file last as long as its edit list says; in place.

    Args:
        path: A file that ffmpeg has just written, its index before its samples. Tracks with times of 64 bits stay.

    Returns:
        How long the presentation is by its header, in seconds.
    """
    with path.open("r+b") as file:
        start, moov = _read_movie(file.read(1 << 16), path)
        scale, duration = _lengths(moov, _child(moov, (8, len(moov)), b"mvhd")[0])
        changed = moov
        for index in range(len(_tracks(moov))):
            changed = _complete_track(changed, index, scale)
        if changed != moov:
            file.seek(start)
            file.write(changed)
    return Fraction(duration, scale)


def _lengths(moov: bytes, header: int) -> tuple[int, int]:
    """Read time scale and duration of a movie or media header (8.2.2, 8.4.2) in either version."""
    scale, duration = struct.unpack_from(">20xIQ" if moov[header] else ">12xII", moov, header)
    return scale, duration


def _read_movie(head: bytes, path: Path) -> tuple[int, bytes]:
    for kind, first, end in _boxes(head, 0, len(head)):
        if kind == b"moov":
            with path.open("rb") as file:
                file.seek(first - _BOX.size)
                return first - _BOX.size, file.read(end - first + _BOX.size)
    raise ValueError(f"{path.name} has no index in front")


def _complete_track(moov: bytes, index: int, movie_scale: int) -> bytes:
    track = _tracks(moov)[index]
    media = _child(moov, track, b"mdia")
    header = _child(moov, media, b"mdhd")[0]
    scale, _ = _lengths(moov, header)
    times = _way(moov, media, b"minf", b"stbl", b"stts")
    edits = _way(moov, track, b"edts", b"elst")
    if edits is None or times is None or moov[header] or moov[edits[0]]:
        return moov
    count = struct.unpack_from(">I", moov, edits[0] + 4)[0]
    shown = sum(
        duration
        for duration, begin, _ in struct.iter_unpack(">IiI", moov[edits[0] + 8 : edits[0] + 8 + 12 * count])
        if begin >= 0
    )
    decoded = sum(number * step for number, step in _ENTRY.iter_unpack(moov[times[0] + 8 : times[1]]))
    missing = round(Fraction(shown, movie_scale) * scale) - decoded
    if missing <= _ROUNDING_SECONDS * scale:
        return moov
    longer = _with_duration(moov, media, min(decoded + missing, _LONGEST))
    return _with_last_step(longer, times, missing)


def _with_duration(moov: bytes, media: Range, duration: int) -> bytes:
    at = _child(moov, media, b"mdhd")[0] + 16
    return moov[:at] + struct.pack(">I", duration) + moov[at + 4 :]


def _with_last_step(moov: bytes, times: Range, missing: int) -> bytes:
    """Make the last step longer. Where others share its entry it gets one of its own, in place of the movie's notes."""
    start, end = times
    count, step = _ENTRY.unpack_from(moov, end - _ENTRY.size)
    last = _ENTRY.pack(1, min(step + missing, _LONGEST))
    if count == 1:
        return moov[: end - _ENTRY.size] + last + moov[end:]
    notes = next(((first, after) for kind, first, after in _boxes(moov, 8, len(moov)) if kind == b"udta"), None)
    if notes is None or notes[1] - notes[0] < _ENTRY.size or notes[0] < end:
        return moov
    entries = struct.unpack_from(">I", moov, start + 4)[0]
    grown = bytearray(moov)
    for head in _heads(moov, start):
        struct.pack_into(">I", grown, head, struct.unpack_from(">I", moov, head)[0] + _ENTRY.size)
    struct.pack_into(">I", grown, start + 4, entries + 1)
    struct.pack_into(">I", grown, end - _ENTRY.size, count - 1)
    size = notes[1] - notes[0]
    free = _BOX.pack(size, b"free") + bytes(size - _BOX.size)
    before = bytes(grown[:end]) + last + bytes(grown[end : notes[0] - _BOX.size])
    return before + free + moov[notes[1] :]


def _heads(moov: bytes, position: int) -> Iterator[int]:
    """List where the sizes of the boxes stand, but for the movie's own, in which a position lies."""
    start, end = 8, len(moov)
    while True:
        inner = next(
            ((first, after) for _, first, after in _boxes(moov, start, end) if first - _BOX.size < position <= after),
            None,
        )
        if inner is None:
            return
        start, end = inner
        yield start - _BOX.size
        if start == position:
            return


def _tracks(moov: bytes) -> list[Range]:
    return [(first, end) for kind, first, end in _boxes(moov, 8, len(moov)) if kind == b"trak"]


def _way(moov: bytes, within: Range, *kinds: bytes) -> Range | None:
    found: Range | None = within
    for kind in kinds:
        inside = found
        found = next(
            ((a, b) for name, a, b in (_boxes(moov, *inside) if inside is not None else ()) if name == kind), None
        )
    return found


def _child(moov: bytes, within: Range, kind: bytes) -> Range:
    return next((first, end) for name, first, end in _boxes(moov, *within) if name == kind)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Walk boxes side by side: type, and where the payload begins and ends.

    Not past one with a size of 64 bits, which ffmpeg writes for samples only: sizes are changed in place here.
    """
    for box in boxes_in(data, start, end):
        if box.payload - box.start != _BOX.size:
            return
        yield box.kind, box.payload, box.end
