"""What outputs that ffmpeg encodes have in common: one file, of a clip of the source, with or without pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, ClassVar

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
from filmstrip.params.values import accepted, mistake, parse_exact, whole_number


class EncodedOutput(Output, Clip, AudioEncoding):
    """One file that ffmpeg encodes."""

    muxer: ClassVar[Muxer]

    @classmethod
    def audio_encoder_named(cls, name: object) -> AudioEncoder:
        """Return the encoder of sound of a name; the one by default if there is none."""
        default = cls.model_fields["audio_codec"].default
        return audio_encoders().get(str(name)) or audio_encoders()[default]

    @classmethod
    def _audio_encoder_of(cls, info: ValidationInfo) -> AudioEncoder | None:
        """Return the encoder by which others are judged; None if that is the mistake itself."""
        return cls.audio_encoder_named(info.data["audio_codec"]) if "audio_codec" in info.data else None

    @property
    def audio_encoder(self) -> AudioEncoder:
        """The encoder of sound."""
        return self.audio_encoder_named(self.audio_codec)

    # What an encoder knows comes before what any of them knows: who reads of a mistake is told once what is allowed.
    @field_validator("audio_sample_rate", mode="before")
    @classmethod
    def _has_known_rate(cls, rate: Any, info: ValidationInfo) -> Any:
        encoder = cls._audio_encoder_of(info)
        if encoder is not None and parse_exact(rate) not in encoder.sample_rates:
            raise mistake(rate, f"one of {', '.join(map(str, encoder.sample_rates))}")
        return rate

    @field_validator("audio_bitrate", mode="before")
    @classmethod
    def _has_known_bitrate(cls, kilobits: Any, info: ValidationInfo) -> Any:
        encoder = cls._audio_encoder_of(info)
        bitrates = None if encoder is None else encoder.bitrates
        return kilobits if bitrates is None else accepted(whole_number(*bitrates), kilobits)

    @field_validator("audio_channels_number", mode="before")
    @classmethod
    def _has_known_channels(cls, channels: Any, info: ValidationInfo) -> Any:
        encoder = cls._audio_encoder_of(info)
        return channels if encoder is None else accepted(whole_number(1, encoder.most_channels), channels)

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
            raise OutputError(self.why_empty(info.duration_seconds))

    def compromises(self, info: MediaInfo, *, upscale: bool) -> Iterator[str]:
        """Yield what cannot be done to the letter, one sentence each; pure."""
        del upscale
        if info.sound is not None:
            yield from self.audio_encoder.compromises(self, info.sound)

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
