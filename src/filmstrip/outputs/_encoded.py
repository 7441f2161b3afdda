"""What outputs that ffmpeg encodes have in common: one file, of a clip of the source, with or without pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from filmstrip.domain.artifact import Artifact, MetaValue, OutputResult
from filmstrip.domain.errors import OutputError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.transcoding.encoders._base import AudioEncoder
from filmstrip.media.transcoding.encoders.registry import audio_encoders
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.outputs._base import Group, Output, OutputPlan
from filmstrip.params.audio_stream import AudioEncoding
from filmstrip.params.clip import Clip
from filmstrip.params.values import mistake


class EncodedOutput(Output, Clip, AudioEncoding):
    """One file that ffmpeg encodes."""

    muxer: ClassVar[Muxer]

    @classmethod
    def audio_encoder_named(cls, name: object) -> AudioEncoder:
        """Return the encoder of sound of a name; the one by default if there is none."""
        default = cls.model_fields["audio_codec"].default
        return audio_encoders().get(str(name)) or audio_encoders()[default]

    @property
    def audio_encoder(self) -> AudioEncoder:
        """The encoder of sound."""
        return self.audio_encoder_named(self.audio_codec)

    @field_validator("audio_sample_rate")
    @classmethod
    def _has_known_rate(cls, rate: int, info: ValidationInfo) -> int:
        known = cls.audio_encoder_named(info.data.get("audio_codec")).sample_rates
        if rate not in known:
            raise mistake(rate, f"one of {', '.join(map(str, known))}")
        return rate

    @field_validator("audio_bitrate")
    @classmethod
    def _has_known_bitrate(cls, kilobits: int, info: ValidationInfo) -> int:
        least, most = cls.audio_encoder_named(info.data.get("audio_codec")).bitrates or (kilobits, kilobits)
        if not least <= kilobits <= most:
            raise mistake(kilobits, f"a whole number from {least} to {most}")
        return kilobits

    @field_validator("audio_channels_number")
    @classmethod
    def _has_known_channels(cls, channels: int, info: ValidationInfo) -> int:
        most = cls.audio_encoder_named(info.data.get("audio_codec")).most_channels
        if channels > most:
            raise mistake(channels, f"a whole number from 1 to {most}")
        return channels

    @property
    def reads_whole_source(self) -> bool:
        """All of the clip is decoded."""
        return True

    @property
    def ffmpeg_runs(self) -> int:
        """One a pass."""
        return 2 if self.is_two_pass else 1

    @property
    def is_two_pass(self) -> bool:
        """Whether the source is gone through twice."""
        return False

    def check(self, info: MediaInfo) -> None:
        """Check that the source has what is needed; pure.

        Raises:
            StreamMissingError: It has not.
            OutputError: The clip has nothing in it.
        """
        if self.range_of(info.duration_seconds).duration == 0:
            raise OutputError(
                f"start_time: {float(self.start_time or 0):g} is not before the end of the source, "
                f"which lasts {float(info.duration_seconds):.3f} s"
            )

    def compromises(self, info: MediaInfo, *, upscale: bool) -> Iterator[str]:
        """Yield what cannot be done to the letter, one sentence each; pure."""
        del upscale
        if info.sound is not None:
            yield from self.audio_encoder.compromises(self)

    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        """Plan one file."""
        self.check(info)
        is_joinable = self.shared_decode(info) is not None
        group = Group(self.kind.value, ("",), is_joinable=is_joinable, needs_all=False)
        return OutputPlan((group,), tuple(self.compromises(info, upscale=upscale)))

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the file."""
        (artifact,) = artifacts
        duration = artifact.duration_seconds or self.range_of(info.duration_seconds).duration
        bits_per_second = artifact.size_bytes * 8 / duration
        return self.result_of_file(
            artifact,
            self.output_name,
            duration_seconds=duration,
            meta=self.meta(info, bits_per_second, upscale=upscale),
        )

    def meta(self, info: MediaInfo, bits_per_second: Fraction, *, upscale: bool) -> dict[str, MetaValue]:
        """Describe what is in the file, by the names of the status; pure."""
        del info, upscale
        return {"bitrate": str(round(bits_per_second))}
