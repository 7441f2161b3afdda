"""`m4a`: one M4A file of the source's sound."""

from __future__ import annotations

from typing import Annotated, ClassVar

from filmstrip.media.transcoding.encoders.registry import audio_names
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.outputs._audio import AudioOutput
from filmstrip.params.values import one_of

_MUXER = muxer_named("m4a")


class M4a(AudioOutput):
    """An M4A file: AAC in an MP4, its index first.

    Attributes:
        audio_codec: libfdk_aac or aac; both mean AAC-LC.
    """

    output_name: ClassVar[str] = "m4a"
    muxer: ClassVar[Muxer] = _MUXER

    audio_codec: Annotated[str, one_of(audio_names(_MUXER.audio_codecs))] = "libfdk_aac"
