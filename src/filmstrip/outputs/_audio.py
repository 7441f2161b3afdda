"""What outputs of sound alone have in common, whatever their format."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from pydantic import field_validator

from filmstrip.domain.artifact import MediaKind, MetaValue
from filmstrip.domain.errors import StreamMissingError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.outputs._encoded import EncodedOutput
from filmstrip.params.values import Flag, unfit


class AudioOutput(EncodedOutput):
    """The sound of the source, with its tags.

    Attributes:
        cover_art: Whether the source's cover, if it has one, goes into the file.
    """

    kind: ClassVar[MediaKind] = MediaKind.AUDIO

    cover_art: Flag = False

    @field_validator("cover_art")
    @classmethod
    def _has_place_for_a_cover(cls, is_asked: bool) -> bool:  # noqa: FBT001 - pydantic passes the value so
        if is_asked and not cls.muxer.holds_cover:
            raise unfit(f"is not possible, as files of {cls.muxer.name} hold no cover: leave it out")
        return is_asked

    def temporary_name(self) -> str:
        """Name the file by its format."""
        return f"audio.{self.output_name}"

    def check(self, info: MediaInfo) -> None:
        """Check that there is sound, and something in the clip."""
        if info.sound is None:
            raise StreamMissingError(f"The source has no sound, which {self.output_name} needs")
        super().check(info)

    def compromises(self, info: MediaInfo, *, upscale: bool) -> Iterator[str]:
        """Yield what cannot be done to the letter, and what a copy without loss loses for not being asked for."""
        yield from super().compromises(info, upscale=upscale)
        source = info.sound
        if source is None or not self.audio_encoder.is_lossless:
            return
        if source.sample_rate > self.audio_sample_rate:
            yield (
                f"The sound has {self.audio_sample_rate} samples a second, the source {source.sample_rate}: "
                f"audio_sample_rate {source.sample_rate} keeps them"
            )
        if source.channels > self.audio_channels_number:
            yield (
                f"The sound has {self.audio_channels_number} channels, the source {source.channels}: "
                f"audio_channels_number {source.channels} keeps them"
            )

    def meta(self, info: MediaInfo, bits_per_second: Fraction, *, upscale: bool) -> dict[str, MetaValue]:
        """Describe the sound."""
        return {
            "codec": self.audio_encoder.codec,
            "sample_rate": self.audio_encoder.sample_rate(self),
            "channels": self.audio_channels_number,
            **super().meta(info, bits_per_second, upscale=upscale),
        }
