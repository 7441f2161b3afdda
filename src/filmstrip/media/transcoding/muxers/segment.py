"""MP4 as a carrier: segments of a video of any container, whose times are exact whenever they begin."""

from __future__ import annotations

from collections.abc import Sequence

from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.media.transcoding.muxers.mp4 import Mp4Muxer

SEGMENT_CODECS = frozenset({"h264", "hevc", "av1", "vp9"})
"""The codecs that it holds, of any container of results."""

_LEAST_SCALE = 10_000
MOST_SCALE = 10_000_000
"""Finer times than this are those of no film: a year of them must fit into the movie's header."""


def segment_scale(ticks_per_second: int) -> int:
    """Return the units a second of a file in which times of so many units a second are exact, as FFmpeg chooses it."""
    while ticks_per_second < _LEAST_SCALE:
        ticks_per_second *= 2
    return ticks_per_second


class SegmentMuxer(Mp4Muxer):
    """An MP4 file (ISO/IEC 14496-12) of one segment.

    When it begins is told by an edit, which counts in units of the movie (8.6.6): they are those of the track here.
    """

    def __init__(self, scale: int) -> None:
        """Set the units a second in which it counts."""
        self._scale = scale

    def arguments(self) -> Sequence[str]:
        """Write the arguments for the container."""
        scale = str(self._scale)
        return ("-movie_timescale", scale, "-video_track_timescale", scale, *super().arguments())


def sound_carrier(muxer: Muxer, sample_rate: int) -> Muxer:
    """Return what writes the sound of a result alone, by the muxer of the result: its start exact, if that can be."""
    return SegmentMuxer(sample_rate) if isinstance(muxer, Mp4Muxer) else muxer
