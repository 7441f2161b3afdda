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
    for part, index, offset in _parts(source, info, video):
        times += (pts * video.time_base + offset for pts in _first_times(part, index, number + 1 - len(times)))
        if len(times) > number:
            break
    return times[min(number, len(times) - 1)] if times else number / (video.frame_rate or ASSUMED_FRAME_RATE)


def _parts(source: MediaSource, info: MediaInfo, video: VideoStream) -> Iterator[tuple[MediaSource, int, Fraction]]:
    """Give each piece with its stream and what to add to its times; the whole source where it has no pieces."""
    if not info.pieces:
        yield source, video.index, -info.start_seconds
    for piece, begin in info.placed_pieces():
        yield part_of(source, piece.first_byte, piece.end_byte), piece.video_index, begin - piece.start_seconds


def _first_times(source: MediaSource, stream_index: int, count: int) -> list[int]:
    """List the PTS of at least the first frames, in the order in which they are shown; less where there are less."""
    shown: list[int] = []
    with open_container(source) as container:
        stream = select_stream(container, stream_index)
        try:
            for packet in read_pictures(container, stream):
                if packet.pts is not None and not packet.is_discard:
                    shown.append(packet.pts)
                if len(shown) >= count + MOST_REORDERED_PICTURES:
                    break
        except av.error.FFmpegError:
            pass  # damaged there: what could be read counts
    return sorted(shown)
