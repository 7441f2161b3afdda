"""JPEG files as a fragmented MP4: an init segment, then a `moof` and a `mdat` for each picture.

Boxes are those of ISO/IEC 14496-12; the sample entry is `mjpg`, the image sequence of JPEG pictures of
ISO/IEC 23008-12, annex H, which is also what Apple's playlists call the codec. Players take the whole `mdat` of a
fragment for the JPEG file, so nothing else may be in it.
"""

from __future__ import annotations

from fractions import Fraction

from filmstrip.domain.clocks import MPEG_CLOCK_HZ
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.timing import TimeRange
from filmstrip.manifest import iso_boxes
from filmstrip.manifest.iso_boxes import box, full_box, numbers

TIMESCALE = MPEG_CLOCK_HZ
"""Units per second, the clock of MPEG: common intervals are whole numbers of it."""

_TRACK_ID = 1
_HALF = Fraction(1, 2)
_BRANDS = (b"iso6", numbers("I", 0), b"iso6", b"mp41")
_DEFAULT_BASE_IS_MOOF = 0x020000
_DATA_OFFSET, _DURATION, _SIZE, _FLAGS = 0x001, 0x100, 0x200, 0x400
_SYNC_SAMPLE = 0x02000000
_MDAT_HEADER_BYTES = 8


def init_segment(size: FrameSize) -> bytes:
    """Write `ftyp` and `moov`: what stands before the first fragment, for pictures of one size."""
    entry = iso_boxes.visual_sample_entry("mjpg", size.width, size.height)
    information = box(
        "minf",
        full_box("vmhd", 0, 1, numbers("HHHH", 0, 0, 0, 0)),
        iso_boxes.data_in_this_file(),
        iso_boxes.empty_sample_table(entry),
    )
    media = box("mdia", iso_boxes.media_header(TIMESCALE), iso_boxes.video_handler(), information)
    track = box("trak", iso_boxes.track_header(_TRACK_ID, size.width, size.height), media)
    defaults = full_box("trex", 0, 0, numbers("IIIII", _TRACK_ID, 1, 0, 0, 0))
    movie = box("moov", iso_boxes.movie_header(TIMESCALE), track, box("mvex", defaults))
    return box("ftyp", *_BRANDS) + movie


def fragment_header(index: int, span: TimeRange, jpeg_bytes: int) -> bytes:
    """Write what stands before picture `index` (from 0): `moof` (8.8.4) and the head of `mdat` (8.1.1).

    The JPEG file follows, and that is the whole fragment.

    Args:
        index: Which picture, from 0.
        span: When it is shown.
        jpeg_bytes: Length of the JPEG file.
    """
    start, end = _ticks(span.start), _ticks(span.end)
    # The offset of the data is counted from the start of the moof, whose length does not depend on it.
    length = len(_movie_fragment(index, start, end - start, jpeg_bytes, 0))
    fragment = _movie_fragment(index, start, end - start, jpeg_bytes, length + _MDAT_HEADER_BYTES)
    return fragment + numbers("I4s", _MDAT_HEADER_BYTES + jpeg_bytes, b"mdat")


def _movie_fragment(index: int, start: int, duration: int, size: int, data_offset: int) -> bytes:
    run_flags = _DATA_OFFSET | _DURATION | _SIZE | _FLAGS
    run = numbers("IiIII", 1, data_offset, duration, size, _SYNC_SAMPLE)
    track = box(
        "traf",
        full_box("tfhd", 0, _DEFAULT_BASE_IS_MOOF, numbers("I", _TRACK_ID)),
        full_box("tfdt", 1, 0, numbers("Q", start)),
        full_box("trun", 0, run_flags, run),
    )
    return box("moof", full_box("mfhd", 0, 0, numbers("I", index + 1)), track)


def _ticks(seconds: Fraction) -> int:
    return int(seconds * TIMESCALE + _HALF)
