"""FFmpeg's own FLAC encoder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from filmstrip.domain.media_info import AudioStream
from filmstrip.media.transcoding.encoders._base import AudioEncoder
from filmstrip.params.audio_stream import AudioEncoding

# What may hold more than 16 bits that mean something: codecs without loss, by the beginnings of FFmpeg's names.
_EXACT = ("pcm_s24", "pcm_s32", "pcm_u24", "pcm_u32", "pcm_f", "pcm_bluray", "pcm_dvd", "flac", "alac", "truehd", "mlp")
_ALSO_EXACT = ("wavpack", "tta", "ape", "tak", "shorten")

# Samples of 32 and 64 bits, and of floating point, of which 24 are kept.
_FINER = ("pcm_s32", "pcm_u32", "pcm_s64", "pcm_f")


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
        is_exact = source is not None and source.codec.startswith((*_EXACT, *_ALSO_EXACT))
        return [
            *("-codec:a", "flac"),
            # Else FFmpeg takes the length of the first frame, which may be too short where a clip begins.
            *("-frame_size:a", "4608"),
            # Decoders of codecs with loss give more bits than were ever encoded: twice the size for nothing.
            *(() if is_exact else ("-sample_fmt:a", "s16")),
            *("-ar:a", str(audio.audio_sample_rate)),
            *("-ac:a", str(audio.audio_channels_number)),
        ]

    def compromises(self, audio: AudioEncoding, source: AudioStream | None = None) -> Iterator[str]:
        """Yield what has no effect, and what is lost of samples that are finer than those of FFmpeg's encoder."""
        if source is not None and source.codec.startswith(_FINER):
            yield f"The sound has 24 bits a sample, the source ({source.codec}) more, of which the finest are lost"
        if "audio_bitrate" in audio.model_fields_set:
            yield "audio_bitrate changed nothing: that of FLAC follows from the sound"


ENCODER = Flac()
