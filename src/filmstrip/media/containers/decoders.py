"""The kinds of video and sound that this installation can read."""

from __future__ import annotations

from collections.abc import Mapping

import av
from av.codec import codecs_available

EVERYDAY_DECODERS: Mapping[str, str] = {
    "h264": "H.264",
    "hevc": "H.265",
    "vp9": "VP9",
    "libdav1d": "AV1",
    "prores": "ProRes",
    "aac": "AAC",
    "libopus": "Opus",
    "mp3float": "MP3",
}
"""What sources of every day are encoded with: libav's name of the decoder, and people's name of the codec."""


def libav_version() -> str:
    """Return the version of PyAV."""
    return str(av.__version__)


def missing_decoders() -> tuple[str, ...]:
    """Name the codecs of every day that cannot be decoded here."""
    return tuple(name for decoder, name in EVERYDAY_DECODERS.items() if decoder not in codecs_available)
