"""libopus: Opus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from filmstrip.domain.media_info import AudioStream
from filmstrip.media.transcoding.encoders._base import AudioEncoder
from filmstrip.params.audio_stream import AudioEncoding

_RATES = (8000, 12000, 16000, 24000, 48000)


class Opus(AudioEncoder):
    """Opus (RFC 6716)."""

    names: ClassVar[tuple[str, ...]] = ("libopus", "opus")
    codec: ClassVar[str] = "opus"
    sample_rates: ClassVar[tuple[int, ...]] = (
        *(8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000),
    )
    bitrates: ClassVar[tuple[int, int] | None] = (6, 2048)

    def arguments(self, audio: AudioEncoding, source: AudioStream | None = None) -> list[str]:
        """Write the arguments for one audio stream."""
        del source
        return [
            *("-codec:a", "libopus"),
            *("-b:a", f"{self.bitrate(audio)}k"),
            *("-ar:a", str(self.sample_rate(audio))),
            *("-ac:a", str(audio.audio_channels_number)),
            *_layout(audio.audio_channels_number),
        ]

    def sample_rate(self, audio: AudioEncoding) -> int:
        """Return the sample rate that is encoded: the next one of the five of Opus (RFC 6716, 2.1.3)."""
        return next((rate for rate in _RATES if rate >= audio.audio_sample_rate), _RATES[-1])

    def decoded_rate(self, audio: AudioEncoding) -> int:
        """Return the sample rate that decoders give: always the same (RFC 6716, 2)."""
        del audio
        return _RATES[-1]

    def bitrate(self, audio: AudioEncoding) -> int:
        """Return the bitrate in kbit/s: a channel has 256 at most (FFmpeg's libopusenc)."""
        return min(audio.audio_bitrate, 256 * audio.audio_channels_number)

    def compromises(self, audio: AudioEncoding, source: AudioStream | None = None) -> Iterator[str]:
        """Yield what is encoded otherwise than asked for."""
        del source
        asked, used = audio.audio_sample_rate, self.sample_rate(audio)
        if "audio_sample_rate" in audio.model_fields_set and asked != used:
            yield f"The sound has {used} samples a second, not {asked}: Opus knows {', '.join(map(str, _RATES))} only"
        if self.bitrate(audio) != audio.audio_bitrate:
            yield (
                f"The sound has {self.bitrate(audio)} kbit/s, not {audio.audio_bitrate}: Opus has at most 256 a channel"
            )


def _layout(channels: int) -> tuple[str, ...]:
    # FFmpeg takes others for three and for four channels, which Opus does not have (RFC 7845, 5.1.1.2).
    layout = {3: "3.0", 4: "quad"}.get(channels)
    return () if layout is None else ("-channel_layout:a", layout)


ENCODER = Opus()
