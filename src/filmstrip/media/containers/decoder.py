"""Sets up the decoder of a stream's packets, and its threads."""

from __future__ import annotations

from typing import cast

import av
from av.codec.context import Flags, ThreadType
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream as AvVideoStream

# libav's own VP8 and VP9 decoders leave out the alpha plane that lies beside each picture; libvpx's keep it.
_DECODERS_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def open_decoder(stream: AvVideoStream, threads: int, *, is_strict: bool = False) -> VideoCodecContext:
    """Set up the decoder of a stream.

    Args:
        stream: A video stream of an open container.
        threads: 1 for one worker among several, which together use all cores; more for the only one.
        is_strict: Whether a damaged packet is an error instead of a picture that is painted over and marked corrupt.
            Strict decoders also refuse sound pictures after a random access point that is no IDR picture.
    """
    context = stream.codec_context
    name = _DECODERS_WITH_ALPHA.get(context.name)
    if name is not None and stream.metadata.get("alpha_mode") == "1":
        context = cast(VideoCodecContext, av.CodecContext.create(name, "r"))
        context.extradata = stream.codec_context.extradata
    if is_strict:
        context.options = {"err_detect": "explode"}
    # Else libav cuts less off the left edge than the stream says, where that is faster.
    context.flags |= Flags.unaligned
    # Several frames at once only for a decoder that works alone: each thread holds its own reference pictures.
    context.thread_type = ThreadType.FRAME if threads > 1 else ThreadType.NONE
    context.thread_count = threads
    return context
