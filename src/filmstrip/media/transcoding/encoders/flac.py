"""FFmpeg's own FLAC encoder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from filmstrip.domain.media_info import AudioStream
from filmstrip.media.transcoding.encoders._base import AudioEncoder
from filmstrip.params.audio_stream import AudioEncoding

# Of a sample: what is always worth keeping, and the most that FFmpeg's encoder keeps.
_LEAST_BITS, _MOST_BITS = 16, 24


class Flac(AudioEncoder):
    """FLAC (RFC 9639): without loss."""

    names: ClassVar[tuple[str, ...]] = ("flac",)
    codec: ClassVar[str] = "flac"
    sample_rates: ClassVar[tuple[int, ...]] = (
        *(8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000, 176400, 192000),
    )
    bitrates: ClassVar[tuple[int, int] | None] = None
    is_lossless: ClassVar[bool] = True

    def arguments(self, audio: AudioEncoding, source: AudioStream | None = None) -> list[str]:
        """Write the arguments for one audio stream."""
        bits = source.sample_bits if source is not None else _LEAST_BITS
        return [
            *("-codec:a", "flac"),
            # Else FFmpeg takes the length of the first frame, which may be too short where a clip begins.
            *("-frame_size:a", "4608"),
            # Decoders of codecs with loss give more bits than were ever encoded: twice the size for nothing.
            *(("-sample_fmt:a", "s16") if bits is not None and bits <= _LEAST_BITS else ()),
            *("-ar:a", str(audio.audio_sample_rate)),
            *("-ac:a", str(audio.audio_channels_number)),
        ]

    def compromises(self, audio: AudioEncoding, source: AudioStream | None = None) -> Iterator[str]:
        """Yield what has no effect, and what is lost of samples that are finer than those of FFmpeg's encoder."""
        if source is not None and (source.sample_bits or 0) > _MOST_BITS:
            yield (
                f"The sound has {_MOST_BITS} bits a sample, the source ({source.codec}) {source.sample_bits}, "
                "of which the finest are lost"
            )
        if "audio_bitrate" in audio.model_fields_set:
            yield "audio_bitrate changed nothing: that of FLAC follows from the sound"


ENCODER = Flac()
