"""LAME: MP3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from filmstrip.domain.media_info import AudioStream
from filmstrip.media.transcoding.encoders._base import AudioEncoder
from filmstrip.params.audio_stream import AudioEncoding

# The bitrates of layer III in kbit/s, by the sample rates: ISO/IEC 11172-3, 2.4.2.3, and for the lower half of them
# 13818-3, 2.4.2.3.
_MPEG_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_BITRATES = {16000: _MPEG_2, 22050: _MPEG_2, 24000: _MPEG_2, 32000: _MPEG_1, 44100: _MPEG_1, 48000: _MPEG_1}


class Lame(AudioEncoder):
    """MPEG-1 and MPEG-2 audio layer III, at a constant bitrate."""

    names: ClassVar[tuple[str, ...]] = ("libmp3lame", "mp3")
    codec: ClassVar[str] = "mp3"
    sample_rates: ClassVar[tuple[int, ...]] = tuple(_BITRATES)
    bitrates: ClassVar[tuple[int, int] | None] = (_MPEG_2[0], _MPEG_1[-1])
    most_channels: ClassVar[int] = 2

    def arguments(self, audio: AudioEncoding, source: AudioStream | None = None) -> list[str]:
        """Write the arguments for one audio stream."""
        del source
        return [
            *("-codec:a", "libmp3lame"),
            *("-b:a", f"{self.bitrate(audio)}k"),
            *("-ar:a", str(audio.audio_sample_rate)),
            *("-ac:a", str(audio.audio_channels_number)),
        ]

    def bitrate(self, audio: AudioEncoding) -> int:
        """Return the bitrate in kbit/s: what is asked for, or the nearest that there is at its sample rate."""
        known = _BITRATES[audio.audio_sample_rate]
        return min(known, key=lambda bitrate: abs(bitrate - audio.audio_bitrate))

    def compromises(self, audio: AudioEncoding, source: AudioStream | None = None) -> Iterator[str]:
        """Yield what is encoded otherwise than asked for."""
        del source
        if self.bitrate(audio) != audio.audio_bitrate:
            known = ", ".join(map(str, _BITRATES[audio.audio_sample_rate]))
            yield (
                f"The sound has {self.bitrate(audio)} kbit/s, not {audio.audio_bitrate}: MP3 knows {known} at "
                f"{audio.audio_sample_rate} Hz"
            )


ENCODER = Lame()
