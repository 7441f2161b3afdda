"""Finds since when the picture is on screen that a clip begins with: from packets alone, nothing is decoded."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction

import av.error
from av.packet import Packet
from av.video.stream import VideoStream

from filmstrip.domain.codec_limits import MOST_HELD_PICTURES
from filmstrip.media.containers.opening import open_container, select_stream
from filmstrip.media.source.media_source import LocalFile

# Seeking may count in decoding order, which runs ahead of what is shown, and then lands behind the picture.
_BACK_SECONDS = (0, 2, 20)
_BACK_SECONDS_TO_KEYFRAME = (15, 60, 300, 10**6)


def shown_since(source: LocalFile, stream_index: int, seconds: Fraction) -> Fraction | None:
    """Return when the picture played at a moment appears, `pts <= t < pts + duration`.

    Args:
        source: A file whose container has an index, or at least keyframes that it finds.
        stream_index: Number of the video stream.
        seconds: The moment, in container time.

    Returns:
        Container time in seconds; None where no picture is on screen yet, or time stamps are missing.
    """
    found: list[Fraction] = []
    with open_container(source) as container, suppress(av.error.FFmpegError):  # damaged there: ffmpeg will say so
        stream = select_stream(container, stream_index)
        for back in _BACK_SECONDS:
            container.seek(int((seconds - back) * av.time_base), backward=True)
            shown = _shown_until(seconds, container.demux(stream))
            found += shown
            # Of the last picture itself, the packet may stand before all that was read, as long as that is not much.
            if len(shown) > MOST_HELD_PICTURES:
                break
    return max(found, default=None)


def keyframe_before(source: LocalFile, stream_index: int, seconds: Fraction) -> Fraction | None:
    """Find the last keyframe that is shown at or before a moment, in a file in which a seek lands somewhere near.

    Args:
        source: The file.
        stream_index: Number of the video stream.
        seconds: The moment, in container time.

    Returns:
        Container time in seconds; None where none is marked.
    """
    with open_container(source) as container, suppress(av.error.FFmpegError):
        stream = select_stream(container, stream_index)
        for back in _BACK_SECONDS_TO_KEYFRAME:
            container.seek(int((seconds - back) * av.time_base), backward=True)
            found = _last_keyframe(seconds, container.demux(stream))
            if found is not None:
                return found
    return None


def _last_keyframe(seconds: Fraction, packets: Iterable[Packet[VideoStream]]) -> Fraction | None:
    found: Fraction | None = None
    later_count = 0
    for packet in packets:
        if packet.pts is None or later_count > MOST_HELD_PICTURES:
            break
        if packet.pts * packet.time_base > seconds:
            later_count += 1
        elif packet.is_keyframe:
            found = packet.pts * packet.time_base
    return found


def _shown_until(seconds: Fraction, packets: Iterable[Packet[VideoStream]]) -> list[Fraction]:
    shown: list[Fraction] = []
    later_count = 0
    for packet in packets:
        if packet.pts is None or later_count > MOST_HELD_PICTURES:
            break
        appears = packet.pts * packet.time_base
        if appears > seconds:
            later_count += 1
        else:
            shown.append(appears)
    return shown
