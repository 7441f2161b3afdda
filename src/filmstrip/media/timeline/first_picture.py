"""Finds the first picture of a stream that can be decoded."""

from __future__ import annotations

from contextlib import suppress

import av.error
from av.codec.context import Flags
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.media.containers.picture_packets import read_pictures

# How long to look for it: a stream that starts between two keyframes shows none before the next one.
_PACKETS_TO_FIRST_PICTURE = 2000


def first_picture(container: InputContainer, stream: AvVideoStream) -> VideoFrame:
    """Decode the first picture that can be decoded.

    Raises:
        SourceUnreadableError: None of the first packets gives a picture.
    """
    context = stream.codec_context
    if not context.is_open:
        context.thread_count = 1
        context.flags |= Flags.unaligned  # else libav crops less than the stream says
    is_waiting = True
    for count, packet in enumerate(read_pictures(container, stream)):
        with suppress(av.error.FFmpegError):  # a damaged start: a later packet may be whole
            frames = packet.decode()
            # What an edit list hides gives no picture, but those that are shown refer to it.
            if not frames and packet.is_keyframe and is_waiting and not packet.is_discard:
                # The decoder waits for pictures that might be shown before this one; here any will do. Only once:
                # without true keyframes it has to see many packets in a row.
                is_waiting = False
                frames = context.decode(None)
                context.flush_buffers()
            if frames:
                return frames[0]
        if count > _PACKETS_TO_FIRST_PICTURE:
            break
    raise SourceUnreadableError("The source's video cannot be decoded: none of its first pictures is whole")
