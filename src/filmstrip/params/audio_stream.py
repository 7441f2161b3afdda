"""The parameters of encoded sound."""

from __future__ import annotations

from typing import Annotated

from filmstrip.params.parameters import Parameters
from filmstrip.params.values import Flag, Text, whole_number

LEAST_SAMPLE_RATE, MOST_SAMPLE_RATE = 4000, 192_000


class AudioEncoding(Parameters):
    """How sound is prepared and encoded. What an encoder knows of it, the output says.

    Attributes:
        audio_codec: Name of the encoder.
        audio_bitrate: All channels together, in kbit/s.
        audio_sample_rate: Samples per second and channel.
        audio_channels_number: 1 to 8; more channels of the source are mixed down to it.
        audio_mute: Whether the sound is replaced by silence.
    """

    audio_codec: Text = ""
    audio_bitrate: Annotated[int, whole_number(1, 10_000)] = 64
    audio_sample_rate: Annotated[int, whole_number(LEAST_SAMPLE_RATE, MOST_SAMPLE_RATE)] = 44100
    audio_channels_number: Annotated[int, whole_number(1, 8)] = 2
    audio_mute: Flag = False
