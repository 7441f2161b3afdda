"""Since when is the picture on screen that a clip begins with? Found from packets alone, nothing is decoded."""

from __future__ import annotations

from fractions import Fraction

import av.error

from filmstrip.media.container import open_container, select_stream
from filmstrip.media.source import LocalFile

# Every reordering is over by then: H.264 and HEVC hold back at most 16 pictures.
_REORDERED_PICTURES = 16


def shown_since(source: LocalFile, stream_index: int, seconds: Fraction) -> Fraction | None:
    """Tell when the picture played at a moment appears, `pts <= t < pts + duration`.

    Args:
        source: A file whose container has an index, or at least keyframes that it finds.
        stream_index: Number of the video stream.
        seconds: The moment, in container time.

    Returns:
        Container time in seconds; None where no picture is on screen yet, or time stamps are missing.
    """
    latest: Fraction | None = None
    later_count = 0
    with open_container(source) as container:
        stream = select_stream(container, stream_index)
        time_base = stream.time_base or Fraction(1, av.time_base)
        try:
            container.seek(int(seconds / time_base), stream=stream, backward=True)
            for packet in container.demux(stream):
                if packet.pts is None or later_count > _REORDERED_PICTURES:
                    break
                shown = packet.pts * time_base
                if shown > seconds:
                    later_count += 1
                elif latest is None or shown > latest:
                    latest = shown
        except av.error.FFmpegError:
            return None  # damaged there: ffmpeg will say so
    return latest
