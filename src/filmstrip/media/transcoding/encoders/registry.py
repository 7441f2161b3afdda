"""The encoders that there are: each is a module of this package with its `ENCODER`, found by looking."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from filmstrip.media.transcoding import encoders
from filmstrip.media.transcoding.encoders._base import AudioEncoder, VideoEncoder
from filmstrip.params.audio_stream import AudioEncoding
from filmstrip.params.video_stream import VideoEncoding


@cache
def video_encoders() -> Mapping[str, VideoEncoder[Any]]:
    """Return the encoders of pictures by the names that clients use."""
    found = (encoder for encoder in _all_encoders() if isinstance(encoder, VideoEncoder))
    return {name: encoder for encoder in found for name in encoder.names}


@cache
def audio_encoders() -> Mapping[str, AudioEncoder]:
    """Return the encoders of sound by the names that clients use."""
    found = (encoder for encoder in _all_encoders() if isinstance(encoder, AudioEncoder))
    return {name: encoder for encoder in found for name in encoder.names}


def video_names(codecs: Collection[str]) -> tuple[str, ...]:
    """Name the encoders of pictures whose results are in one of some codecs, by FFmpeg's names of these."""
    return tuple(name for name, encoder in video_encoders().items() if encoder.codec in codecs)


def audio_names(codecs: Collection[str]) -> tuple[str, ...]:
    """Name the encoders of sound whose results are in one of some codecs, by FFmpeg's names of these."""
    return tuple(name for name, encoder in audio_encoders().items() if encoder.codec in codecs)


def program_names() -> frozenset[str]:
    """Name all encoders as the ffmpeg program does."""
    video = (encoder.arguments(VideoEncoding(), None)[1] for encoder in video_encoders().values())
    audio = (encoder.arguments(AudioEncoding())[1] for encoder in audio_encoders().values())
    return frozenset((*video, *audio))


def _all_encoders() -> Iterator[object]:
    for place in encoders.__path__:
        for path in sorted(Path(place).glob("[!_]*.py")):
            if path.stem != "registry":
                yield importlib.import_module(f"{encoders.__name__}.{path.stem}").ENCODER
