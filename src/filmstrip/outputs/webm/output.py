"""`webm`: one video in formats that are free of fees."""

from __future__ import annotations

from typing import Annotated, ClassVar

from filmstrip.media.transcoding.encoders.registry import audio_names, video_names
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.outputs._video import VideoOutput
from filmstrip.params.values import one_of

_MUXER = muxer_named("webm")


class Webm(VideoOutput):
    """A WebM file: VP9, VP8 or AV1 with Opus or Vorbis, its index first.

    Attributes:
        video_codec: Name of the encoder, such as libvpx-vp9 (VP9), libvpx (VP8) or libsvtav1 (AV1).
        audio_codec: libopus or opus (Opus, whose sound has 48000 samples a second if nothing less is asked for), or
            libvorbis or vorbis (Vorbis).
    """

    output_name: ClassVar[str] = "webm"
    muxer: ClassVar[Muxer] = _MUXER

    video_codec: Annotated[str, one_of(video_names(_MUXER.video_codecs))] = "libvpx-vp9"
    audio_codec: Annotated[str, one_of(audio_names(_MUXER.audio_codecs))] = "libopus"

    def temporary_name(self) -> str:
        """Name the file by its extension."""
        return "video.webm"
