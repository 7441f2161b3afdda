"""What a movie fragment of an MP4 says: which samples it holds, when each is shown, and where its bytes lie.

A fragment (ISO/IEC 14496-12, 8.8.4) is an index of its own samples. libav reads all of them, one after the other,
before it can seek; one alone is enough to know what it holds.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from filmstrip.media.source.iso_boxes import HEADER_BYTES, boxes_in

# Fields of `tfhd` that may stand there, in this order: flag and length (8.8.7).
_BASE_OFFSET, _DESCRIPTION, _DURATION, _SIZE, _FLAGS = 0x1, 0x2, 0x8, 0x10, 0x20
_BASE_IS_MOOF = 0x020000
# The same of `trun`, before its samples and of each sample (8.8.8).
_DATA_OFFSET, _FIRST_FLAGS = 0x1, 0x4
_SAMPLE_FIELDS = (0x100, 0x200, 0x400, 0x800)
# A sample that is no sync sample, or depends on others (8.8.3.1): no keyframe, as libav sees it.
_IS_NO_KEYFRAME = 0x01010000
_MOST_SAMPLES = 500_000

MOST_FRAGMENT_BOX_BYTES = 8 << 20
"""A `moof` box that is longer is not read."""


@dataclass(frozen=True, slots=True)
class TrackDefaults:
    """What a movie says of the samples of a track for all fragments (`trex`, 8.8.3).

    Attributes:
        duration: Length of a sample, in units of the track.
        size_bytes: Its length in bytes.
        flags: Its flags.
    """

    duration: int
    size_bytes: int
    flags: int


@dataclass(frozen=True, slots=True)
class FragmentSample:
    """A sample of a fragment.

    Attributes:
        dts: When it is decoded, in units of its track.
        pts: When it is shown, before the edit list.
        duration: How long it takes to the next one.
        end: The first byte behind it.
        is_keyframe: Whether decoding can begin with it.
    """

    dts: int
    pts: int
    duration: int
    end: int
    is_keyframe: bool


@dataclass(frozen=True, slots=True)
class Fragment:
    """A movie fragment.

    Attributes:
        position: Its first byte.
        end: The first byte behind its box, where mostly its samples begin.
        sequence: Its number (`mfhd`, 8.8.5).
        samples: The samples of each track by the track's ID, in decoding order. A track of which the fragment does not
            tell the time (`tfdt`, 8.8.12) is not among them.
    """

    position: int
    end: int
    sequence: int
    samples: Mapping[int, tuple[FragmentSample, ...]]

    @property
    def data_end(self) -> int:
        """The first byte behind the last of its samples."""
        return max([self.end, *(run[-1].end for run in self.samples.values())])


def whole_boxes_in(data: bytes, start: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Walk boxes side by side in memory that end in it: type, and where the payload begins and ends."""
    for box in boxes_in(data, start):
        if box.end > len(data):
            return
        yield box.kind, box.payload, box.end


def parse_fragment(data: bytes, position: int, tracks: Mapping[int, TrackDefaults]) -> Fragment | None:
    """Parse a `moof` box; None if it is none that can be understood.

    Args:
        data: The whole box.
        position: Where in the file it begins.
        tracks: What the movie says of its tracks, by their IDs.
    """
    samples: dict[int, tuple[FragmentSample, ...]] = {}
    sequence, data_end = 0, position
    try:
        for kind, start, end in whole_boxes_in(data, HEADER_BYTES):
            if kind == b"mfhd":
                (sequence,) = struct.unpack_from(">I", data, start + 4)
            elif kind == b"traf":
                track, found, data_end = _parse_track(data[start:end], position, data_end, tracks)
                samples |= {track: (*samples.get(track, ()), *found)} if found else {}
    except (struct.error, ValueError, KeyError):
        return None
    return Fragment(position, position + len(data), sequence, samples)


def _parse_track(
    data: bytes, position: int, data_end: int, tracks: Mapping[int, TrackDefaults]
) -> tuple[int, list[FragmentSample], int]:
    children = list(whole_boxes_in(data))
    header = next(data[start:end] for kind, start, end in children if kind == b"tfhd")
    flags, track = struct.unpack_from(">II", header)
    base, defaults = _parse_header(header, flags & 0xFFFFFF, position, data_end, tracks[track])
    begin = next((_parse_time(data[start:end]) for kind, start, end in children if kind == b"tfdt"), None)
    found: list[FragmentSample] = []
    place, dts = base, begin or 0
    for kind, start, end in children:
        if kind == b"trun":
            run, place = _parse_run(data[start:end], base, place, dts, defaults)
            dts = run[-1].dts + run[-1].duration if run else dts
            found += run
    return track, found if begin is not None else [], place


def _parse_header(
    header: bytes, flags: int, position: int, data_end: int, defaults: TrackDefaults
) -> tuple[int, TrackDefaults]:
    at, base = 8, position if flags & _BASE_IS_MOOF else data_end
    if flags & _BASE_OFFSET:
        (base,) = struct.unpack_from(">Q", header, at)
        at += 8
    at += 4 if flags & _DESCRIPTION else 0
    values = [defaults.duration, defaults.size_bytes, defaults.flags]
    for number, flag in enumerate((_DURATION, _SIZE, _FLAGS)):
        if flags & flag:
            (values[number],) = struct.unpack_from(">I", header, at)
            at += 4
    return base, TrackDefaults(*values)


def _parse_time(box: bytes) -> int:
    return int(struct.unpack_from(">Q" if box[0] else ">I", box, 4)[0])


def _parse_run(
    box: bytes, base: int, place: int, dts: int, defaults: TrackDefaults
) -> tuple[list[FragmentSample], int]:
    flags, count = struct.unpack_from(">II", box)
    at, first_flags = 8, None
    if flags & _DATA_OFFSET:
        place = base + struct.unpack_from(">i", box, at)[0]
        at += 4
    if flags & _FIRST_FLAGS:
        (first_flags,) = struct.unpack_from(">I", box, at)
        at += 4
    given = [bool(flags & field) for field in _SAMPLE_FIELDS]
    fields = struct.Struct(f">{sum(given)}I")
    if count > _MOST_SAMPLES or at + count * fields.size > len(box):
        raise ValueError("More samples than the box holds")
    found = []
    for number in range(count):
        values = iter(fields.unpack_from(box, at + number * fields.size))
        usual = (defaults.duration, defaults.size_bytes, defaults.flags, 0)
        duration, size, own_flags, shift = (
            next(values) if is_given else default for is_given, default in zip(given, usual, strict=True)
        )
        if number == 0 and first_flags is not None and not given[2]:
            own_flags = first_flags
        # Unsigned in version 0, but writers and libav do not heed that.
        shift -= (shift & 0x80000000) << 1
        place += size
        found.append(FragmentSample(dts, dts + shift, duration, place, not own_flags & _IS_NO_KEYFRAME))
        dts += duration
    return found, place
