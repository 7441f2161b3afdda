"""Clocks that media files and programs count by, and what is assumed where a file names none."""

from __future__ import annotations

from fractions import Fraction

MPEG_CLOCK_HZ = 90_000
"""Units of PTS and DTS a second in MPEG transport and program streams (ISO/IEC 13818-1, 2.4.3.7). Finer than the
frames of all usual rates, so that it serves elsewhere as well."""

FFMPEG_CLOCK_HZ = 1_000_000
"""FFmpeg's own units a second (AV_TIME_BASE): its options and its progress have microseconds."""

ASSUMED_TIME_BASE = Fraction(1, 1000)
"""Seconds per unit of a stream that names no time base: milliseconds, as in Matroska and FLV."""

ASSUMED_FRAME_RATE = Fraction(25)
"""Frames a second of a stream that names no rate: what FFmpeg assumes of bare streams (`-framerate`)."""

LONGEST_MUXER_DELAY = Fraction(1, 4)
"""A muxer delays the first picture by its reordering depth or the audio encoder's priming, in seconds. Players differ
in whether they show that delay; the first picture is what everybody calls time 0. A longer gap is part of the film."""

HALF_MILLISECOND = Fraction(1, 2000)
"""Pictures are further apart than this, in seconds: so much before the first one of a part, that part begins."""
