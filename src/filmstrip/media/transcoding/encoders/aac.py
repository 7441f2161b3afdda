"""FFmpeg's own AAC encoder."""

from __future__ import annotations

from typing import ClassVar

from filmstrip.domain.media_info import AudioStream
from filmstrip.media.transcoding.encoders._base import AudioEncoder
from filmstrip.params.audio_stream import AudioEncoding


class Aac(AudioEncoder):
    """AAC-LC (ISO/IEC 14496-3).

    The Fraunhofer library may not be distributed with FFmpeg: its name means AAC as such.
    """

    names: ClassVar[tuple[str, ...]] = ("libfdk_aac", "aac")
    codec: ClassVar[str] = "aac"
    # Table 1.18.
    sample_rates: ClassVar[tuple[int, ...]] = (
        *(7350, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000),
    )

    def arguments(self, audio: AudioEncoding, source: AudioStream | None = None) -> list[str]:
        """Write the arguments for one audio stream."""
        del source
        return [
            # AAC-LC: what every browser and phone plays.
            *("-codec:a", "aac"),
            # All channels together, in bits per second.
            *("-b:a", f"{audio.audio_bitrate}k"),
            # Resampled where the source differs: players of the web want 44.1 or 48 kHz.
            *("-ar:a", str(audio.audio_sample_rate)),
            # Mixed down by the usual coefficients (ITU-R BS.775), so that dialogue in the centre stays audible.
            *("-ac:a", str(audio.audio_channels_number)),
        ]


ENCODER = Aac()
