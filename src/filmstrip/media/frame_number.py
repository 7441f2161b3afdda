"""When is the n-th frame of a source shown? Told by the packets before it, without decoding any."""

from __future__ import annotations

from fractions import Fraction

import av.error

from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.media.container import open_container, select_stream
from filmstrip.media.picture_packets import read_pictures
from filmstrip.media.source import MediaSource

# Every reordering is over by then: H.264 and HEVC hold back at most 16 pictures.
_REORDERED_PICTURES = 17


def seconds_of_frame(source: MediaSource, info: MediaInfo, video: VideoStream, number: int) -> Fraction:
    """Tell the presentation time of frame `number`, from 0 in the order in which frames are shown.

    A number behind the end is the last frame.
    """
    shown: list[int] = []
    with open_container(source) as container:
        stream = select_stream(container, video.index)
        try:
            for packet in read_pictures(container, stream):
                if packet.pts is not None and not packet.is_discard:
                    shown.append(packet.pts)
                if len(shown) > number + _REORDERED_PICTURES:
                    break
        except av.error.FFmpegError:
            pass  # damaged there: what could be read counts
    if not shown:
        return number / (video.frame_rate or Fraction(25))
    pts = sorted(shown)[min(number, len(shown) - 1)]
    return pts * video.time_base - info.start_seconds
