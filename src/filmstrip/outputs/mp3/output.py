"""`mp3`: one MP3 file of the source's sound."""

from __future__ import annotations

from typing import Annotated, ClassVar

from filmstrip.media.transcoding.encoders.registry import audio_names
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.outputs._audio import AudioOutput
from filmstrip.params.values import one_of

_MUXER = muxer_named("mp3")


class Mp3(AudioOutput):
    """An MP3 file: what everything plays, at a constant bitrate.

    Attributes:
        audio_codec: libmp3lame or mp3.
    """

    output_name: ClassVar[str] = "mp3"
    muxer: ClassVar[Muxer] = _MUXER

    audio_codec: Annotated[str, one_of(audio_names(_MUXER.audio_codecs))] = "libmp3lame"
