"""`flac`: one FLAC file of the source's sound."""

from __future__ import annotations

from typing import Annotated, ClassVar

from filmstrip.media.transcoding.encoders.registry import audio_names
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.outputs._audio import AudioOutput
from filmstrip.params.values import one_of

_MUXER = muxer_named("flac")


class Flac(AudioOutput):
    """A FLAC file: without loss, in the sample rate and the channels that are asked for.

    Attributes:
        audio_codec: flac.
    """

    output_name: ClassVar[str] = "flac"
    muxer: ClassVar[Muxer] = _MUXER

    audio_codec: Annotated[str, one_of(audio_names(_MUXER.audio_codecs))] = "flac"
