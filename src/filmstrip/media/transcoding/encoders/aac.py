"""How is FFmpeg's own AAC encoder driven?"""

from __future__ import annotations

from filmstrip.params.audio_stream import AudioEncoding

NAMES = ("libfdk_aac", "aac")
"""What clients call it. The Fraunhofer library may not be distributed with FFmpeg, so its name means AAC as such."""

CODEC = "aac"
"""FFmpeg's name of the codec, as a probe of the result tells it."""


def encoder_arguments(audio: AudioEncoding) -> list[str]:
    """Write the arguments for one audio stream."""
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
