"""libvorbis: Vorbis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from filmstrip.domain.media_info import AudioStream
from filmstrip.media.transcoding.encoders._base import AudioEncoder
from filmstrip.params.audio_stream import AudioEncoding

# The least and the most that libvorbis accepts, in kbit/s, by the sample rate: for each channel, and for stereo, whose
# channels it couples. Measured with libvorbis 1.3.7, whose tables (`modes/setup_*.h`) say the same.
_BITRATES = {
    8000: ((8, 42), (12, 84)),
    11025: ((12, 50), (16, 100)),
    12000: ((12, 50), (16, 100)),
    16000: ((16, 100), (24, 200)),
    22050: ((16, 90), (30, 180)),
    24000: ((16, 90), (30, 180)),
    32000: ((30, 190), (36, 380)),
    44100: ((32, 240), (45, 500)),
    48000: ((32, 240), (45, 500)),
}
_STEREO = 2


class Vorbis(AudioEncoder):
    """Vorbis (Vorbis I specification)."""

    names: ClassVar[tuple[str, ...]] = ("libvorbis", "vorbis")
    codec: ClassVar[str] = "vorbis"
    sample_rates: ClassVar[tuple[int, ...]] = tuple(_BITRATES)
    bitrates: ClassVar[tuple[int, int] | None] = (8, 1920)

    def arguments(self, audio: AudioEncoding, source: AudioStream | None = None) -> list[str]:
        """Write the arguments for one audio stream."""
        del source
        return [
            *("-codec:a", "libvorbis"),
            *("-b:a", f"{self.bitrate(audio)}k"),
            *("-ar:a", str(audio.audio_sample_rate)),
            *("-ac:a", str(audio.audio_channels_number)),
        ]

    def bitrate(self, audio: AudioEncoding) -> int:
        """Return the bitrate in kbit/s: what is asked for, or the nearest that there is."""
        channels = audio.audio_channels_number
        one, both = _BITRATES[audio.audio_sample_rate]
        least, most = both if channels == _STEREO else (limit * channels for limit in one)
        return min(max(audio.audio_bitrate, least), most)

    def compromises(self, audio: AudioEncoding, source: AudioStream | None = None) -> Iterator[str]:
        """Yield what is encoded otherwise than asked for."""
        del source
        if self.bitrate(audio) != audio.audio_bitrate:
            yield (
                f"The sound has {self.bitrate(audio)} kbit/s, not {audio.audio_bitrate}: Vorbis has nothing nearer at "
                f"{audio.audio_sample_rate} Hz with {audio.audio_channels_number} channels"
            )


ENCODER = Vorbis()
