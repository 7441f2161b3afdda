"""Finds when the n-th frame of a source is shown, by the packets before it, without decoding any."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av.error

from filmstrip.domain.clocks import ASSUMED_FRAME_RATE
from filmstrip.domain.codec_limits import MOST_REORDERED_PICTURES
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.media.containers.opening import open_container, select_stream
from filmstrip.media.containers.picture_packets import read_pictures
from filmstrip.media.source.media_source import MediaSource, part_of


def seconds_of_frame(source: MediaSource, info: MediaInfo, video: VideoStream, number: int) -> Fraction:
    """Return the presentation time of frame `number`, from 0 in the order in which frames are shown.

    A number behind the end is the last frame.
    """
    times: list[Fraction] = []
    for part, index, tick, offset, span in _parts(source, info, video):
        # Of a stretch of a source, frames before it are passed over, however many there are.
        count = number + 1 - len(times) if span is None else None
        moments = (pts * tick + offset for pts in _first_times(part, index, count))
        times += moments if span is None else (moment for moment in moments if span[0] <= moment < span[1])
        if len(times) > number:
            break
    return times[min(number, len(times) - 1)] if times else number / (video.frame_rate or ASSUMED_FRAME_RATE)


_Part = tuple[MediaSource, int, Fraction, Fraction, tuple[Fraction, Fraction] | None]
"""A file, its stream, the time base of that, what to add to its times, and which of them are shown if not all are."""


def _parts(source: MediaSource, info: MediaInfo, video: VideoStream) -> Iterator[_Part]:
    """Yield each piece, or the whole source where it has none."""
    if not info.pieces:
        yield source, video.index, video.time_base, -info.start_seconds, None
    for piece, begin in info.placed_pieces():
        part = part_of(source, piece.first_byte, piece.end_byte)
        span = None if piece.own is None else (begin, begin + piece.duration_seconds)
        yield part, piece.video_index, piece.time_base or video.time_base, begin - piece.start_seconds, span


def _first_times(source: MediaSource, stream_index: int, count: int | None) -> list[int]:
    """List the PTS of at least the first frames, in the order in which they are shown; all if no count is given."""
    shown: list[int] = []
    with open_container(source) as container:
        stream = select_stream(container, stream_index)
        try:
            for packet in read_pictures(container, stream):
                if packet.pts is not None and not packet.is_discard:
                    shown.append(packet.pts)
                if count is not None and len(shown) >= count + MOST_REORDERED_PICTURES:
                    break
        except av.error.FFmpegError:
            pass  # damaged there: what could be read counts
    return sorted(shown)
