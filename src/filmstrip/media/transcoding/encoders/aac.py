"""FFmpeg's own AAC encoder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from filmstrip.domain.media_info import AudioStream
from filmstrip.media.transcoding.encoders._base import AudioEncoder
from filmstrip.params.audio_stream import AudioEncoding

# A block of each channel.
_BLOCK_SAMPLES, _MOST_BLOCK_BITS = 1024, 6144


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
            *("-b:a", f"{self.bitrate(audio)}k"),
            # Resampled where the source differs: players of the web want 44.1 or 48 kHz.
            *("-ar:a", str(audio.audio_sample_rate)),
            # Mixed down by the usual coefficients (ITU-R BS.775), so that dialogue in the centre stays audible.
            *("-ac:a", str(audio.audio_channels_number)),
        ]

    def bitrate(self, audio: AudioEncoding) -> int:
        """Return the bitrate in kbit/s: a block of a channel has 6144 bits at most (4.5.3.1)."""
        blocks_per_second = Fraction(audio.audio_sample_rate, _BLOCK_SAMPLES) * audio.audio_channels_number
        return min(audio.audio_bitrate, math.floor(_MOST_BLOCK_BITS * blocks_per_second / 1000))

    def compromises(self, audio: AudioEncoding, source: AudioStream | None = None) -> Iterator[str]:
        """Yield what is encoded otherwise than asked for."""
        del source
        if self.bitrate(audio) != audio.audio_bitrate:
            yield (
                f"The sound has {self.bitrate(audio)} kbit/s, not {audio.audio_bitrate}: AAC has no more at "
                f"{audio.audio_sample_rate} Hz with {audio.audio_channels_number} channels"
            )


ENCODER = Aac()
