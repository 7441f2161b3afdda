"""`mp4`: one video with AAC sound that every browser plays."""

from __future__ import annotations

from typing import Annotated, ClassVar

from filmstrip.media.transcoding.encoders.registry import audio_names, video_names
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.outputs._video import VideoOutput
from filmstrip.params.values import one_of

_MUXER = muxer_named("mp4")
_EXTENSIONS = ("mp4", "m4v", "mov")


class Mp4(VideoOutput):
    """An MP4 file: H.264, H.265 or AV1 with AAC, its index first.

    Attributes:
        video_codec: Name of the encoder, such as libx264 (H.264), libsvtav1 (AV1) or libx265 (H.265, named hvc1, which
            Apple's players ask for).
        audio_codec: libfdk_aac or aac; both mean AAC-LC.
        file_extension: Of the name in the temporary store: mp4, m4v or mov.
    """

    output_name: ClassVar[str] = "mp4"
    muxer: ClassVar[Muxer] = _MUXER

    video_codec: Annotated[str, one_of(video_names(_MUXER.video_codecs))] = "libx264"
    audio_codec: Annotated[str, one_of(audio_names(_MUXER.audio_codecs))] = "libfdk_aac"
    file_extension: Annotated[str, one_of(_EXTENSIONS, {f".{name}": name for name in _EXTENSIONS})] = _EXTENSIONS[0]

    def temporary_name(self) -> str:
        """Name the file by its extension."""
        return f"video.{self.file_extension}"
