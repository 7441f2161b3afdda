"""The parameters of encoded sound."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from filmstrip.params.parameters import Parameters
from filmstrip.params.values import Flag, mistake, whole_number

SAMPLE_RATES = (7350, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
"""The sampling frequencies of AAC (ISO/IEC 14496-3, table 1.18)."""


def _parse_sample_rate(value: object) -> int:
    text = str(value).strip().removesuffix(".0")
    if text not in {str(rate) for rate in SAMPLE_RATES}:
        raise mistake(value, f"one of {', '.join(map(str, SAMPLE_RATES))}")
    return int(text)


class AudioEncoding(Parameters):
    """How sound is prepared and encoded.

    Attributes:
        audio_bitrate: All channels together, in kbit/s.
        audio_sample_rate: Samples per second and channel.
        audio_channels_number: 1 to 8; more channels of the source are mixed down to it.
        audio_mute: Whether the sound is replaced by silence.
    """

    audio_bitrate: Annotated[int, whole_number(8, 1024)] = 64
    audio_sample_rate: Annotated[int, BeforeValidator(_parse_sample_rate)] = 44100
    audio_channels_number: Annotated[int, whole_number(1, 8)] = 2
    audio_mute: Flag = False
