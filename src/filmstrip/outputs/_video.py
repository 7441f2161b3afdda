"""What outputs of one video have in common, whatever its container: pictures of a size, and sound if there is some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from pydantic import ValidationInfo, field_validator

from filmstrip.domain.artifact import MediaKind, MetaValue
from filmstrip.domain.errors import OutputError, StreamMissingError
from filmstrip.domain.media_info import FieldOrder, MediaInfo, VideoStream
from filmstrip.media.cores import USABLE_CORES
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.encoders._base import VideoEncoder
from filmstrip.media.transcoding.encoders.registry import video_encoders
from filmstrip.media.transcoding.picture_plan import PicturePlan, plan_picture
from filmstrip.outputs._base import Effort, OutputPlan
from filmstrip.outputs._encoded import EncodedOutput
from filmstrip.outputs._segments import plan_segments
from filmstrip.outputs._size_words import size_words
from filmstrip.params.codec_parameters import CodecParameters
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.values import accepted, mistake, number, one_of, unfit
from filmstrip.params.video_stream import VideoEncoding, frame_rates

# Rounding an odd side to an even one, up or down, makes no difference worth a word.
_EVEN_SIDES = 2


# Address space of ffmpeg with one decoder, and of each encoder beside it, a part of both for each of its threads
# (docs/adr/0018-one-decode-for-renditions.md). A ladder from 4K down fits into what a process has by default.
_DECODER_MIB, _DECODER_MIB_PER_THREAD = 800, 25
_PIXELS_PER_MIB, _ENCODER_MIB_PER_THREAD = 2500, 40
_LEAST_ROOM = Fraction(1, 8)


@dataclass(frozen=True, slots=True)
class ClipDecode:
    """What is decoded for videos that `outputs._joint_encoding` makes together.

    Attributes:
        start_seconds: Where the clip begins in the source.
        duration_seconds: How long it is, None for the rest of the source.
    """

    start_seconds: Fraction
    duration_seconds: Fraction | None


class VideoOutput(EncodedOutput, FrameSizing, VideoEncoding):
    """One video file."""

    kind: ClassVar[MediaKind] = MediaKind.VIDEO

    @classmethod
    def video_encoder_named(cls, name: object) -> VideoEncoder[Any]:
        """Return the encoder of pictures of a name; the one by default if there is none."""
        default = cls.model_fields["video_codec"].default
        return video_encoders().get(str(name)) or video_encoders()[default]

    @classmethod
    def _video_encoder_of(cls, info: ValidationInfo) -> VideoEncoder[Any] | None:
        """Return the encoder by which others are judged; None if that is the mistake itself."""
        return cls.video_encoder_named(info.data["video_codec"]) if "video_codec" in info.data else None

    @property
    def video_encoder(self) -> VideoEncoder[Any]:
        """The encoder of pictures."""
        return self.video_encoder_named(self.video_codec)

    @field_validator("video_codec_parameters", mode="before")
    @classmethod
    def _are_of_the_encoder(cls, document: Any, info: ValidationInfo) -> CodecParameters:
        encoder = cls._video_encoder_of(info)
        parsed: CodecParameters = (CodecParameters if encoder is None else encoder.parameters).model_validate(document)
        return parsed

    # What an encoder knows comes before what any of them knows: who reads of a mistake is told once what is allowed.
    @field_validator("quality", mode="before")
    @classmethod
    def _is_known_quality(cls, quality: Any, info: ValidationInfo) -> Any:
        encoder = cls._video_encoder_of(info)
        if encoder is None or quality is None:
            return quality
        best, worst = encoder.qualities
        return accepted(number(f"a number from {best} to {worst}", least=best, most=worst), quality)

    @field_validator("bitrate", mode="before")
    @classmethod
    def _is_known_average(cls, kilobits: Any, info: ValidationInfo) -> Any:
        encoder = cls._video_encoder_of(info)
        if encoder is None or kilobits is None:
            return kilobits
        least, most = encoder.bitrates
        return accepted(number(f"a number of kbit/s from {least} to {most}", least=least, most=most), kilobits)

    @field_validator("framerate", "framerate_limit", mode="before")
    @classmethod
    def _is_known_frame_rate(cls, rate: Any, info: ValidationInfo) -> Any:
        encoder = cls._video_encoder_of(info)
        return rate if encoder is None or rate is None else accepted(frame_rates(encoder.most_frame_rate), rate)

    @field_validator("pix_format", mode="before")
    @classmethod
    def _is_known_format(cls, name: Any, info: ValidationInfo) -> Any:
        encoder = cls._video_encoder_of(info)
        return name if encoder is None else accepted(one_of(encoder.pixel_formats), name)

    @field_validator("tag_video")
    @classmethod
    def _is_known_tag(cls, tag: str | None, info: ValidationInfo) -> str | None:
        encoder = cls._video_encoder_of(info)
        known = None if encoder is None else cls.muxer.video_codecs[encoder.codec]
        if tag is not None and known is not None and tag not in known:
            raise mistake(tag, f"one of {', '.join(known)}") if known else unfit("is nothing that this container has")
        return tag

    @property
    def is_two_pass(self) -> bool:
        """Whether the source is gone through twice, which only a bitrate needs."""
        is_average = self.bitrate is not None and self.quality is None
        return self.two_pass and is_average and self.video_encoder.has_two_passes(self)

    def plan_in_segments(
        self, info: MediaInfo, segment_seconds: Fraction, *, upscale: bool = False
    ) -> OutputPlan | None:
        """Plan segments, if the video is long, and comes out the same of them."""
        plan = self.plan(info, upscale=upscale)
        return plan_segments(self, plan, info, segment_seconds, upscale=upscale)

    def shared_decode(self, info: MediaInfo) -> ClipDecode | None:
        """Return the clip; None if it is gone through twice, or there are no pictures to decode."""
        if self.is_two_pass or info.video is None:
            return None
        return ClipDecode(self.start_time or Fraction(0), self.duration)

    def room(self, info: MediaInfo, media: MediaSettings, *, upscale: bool = False) -> Fraction:
        """Return its part of the memory that one process may have."""
        size = self.picture(info, upscale=upscale).fit.size
        threads = media.threads or USABLE_CORES
        free_mb = media.memory_limit_mb - _DECODER_MIB - threads * _DECODER_MIB_PER_THREAD
        needed_mb = Fraction(size.width * size.height, _PIXELS_PER_MIB) + threads * _ENCODER_MIB_PER_THREAD
        return max(_LEAST_ROOM, needed_mb / free_mb) if needed_mb < free_mb else Fraction(1)

    def effort(self, info: MediaInfo) -> Effort:
        """Return what its encoder costs."""
        del info
        return Effort(self.ffmpeg_runs, self.video_encoder.effort)

    def video_of(self, info: MediaInfo) -> VideoStream:
        """Return the source's video.

        Raises:
            StreamMissingError: It has none.
        """
        if info.video is None:
            raise StreamMissingError(f"The source has no video, which {self.output_name} needs")
        return info.video

    def check(self, info: MediaInfo) -> None:
        """Check that there are pictures, and something in the clip, at a rate that the encoder knows."""
        self.video_of(info)
        super().check(info)
        rate, most = self.rate(info), self.video_encoder.most_frame_rate
        if rate is not None and rate > most and self.framerate is None and self.framerate_limit is None:
            raise OutputError(
                f"framerate: the source has {float(rate):g} frames a second, {self.video_codec} knows {most} at most: "
                f'"framerate_limit": {most} makes it as many'
            )

    def picture(self, info: MediaInfo, *, upscale: bool) -> PicturePlan:
        """Plan what is done to each picture."""
        scaler = self.video_encoder.settings(self).sws_flags
        return plan_picture(self.video_of(info), self, self, scaler=scaler, upscale=upscale)

    def rate(self, info: MediaInfo) -> Fraction | None:
        """Return the frame rate of the result; None where the source tells none."""
        source_rate = self.video_of(info).frame_rate
        return self.frame_rate_of(source_rate) or source_rate

    def compromises(self, info: MediaInfo, *, upscale: bool) -> Iterator[str]:
        """Yield what cannot be done to the letter."""
        video = self.video_of(info)
        made, asked = self.picture(info, upscale=upscale).fit.size, self.picture(info, upscale=True).fit.size
        if asked.width > made.width + _EVEN_SIDES or asked.height > made.height + _EVEN_SIDES:
            yield f"The video is {made}, not {asked}: it is never larger than its source unless upscale is 1"
        if video.color.hdr is not None and not self.hdr_to_sdr:
            yield f"The video keeps the source's high dynamic range ({video.color.hdr}): hdr_to_sdr 1 makes it SDR"
        if video.field_order is not FieldOrder.PROGRESSIVE and not self.deinterlace:
            yield "The source is interlaced and stays so: deinterlace 1 makes it progressive"
        if self.two_pass and not self.video_encoder.has_two_passes(self):
            yield f"two_pass was ignored: {self.video_codec}, as it is set, meets a bitrate in one pass"
        elif self.two_pass and not self.is_two_pass:
            yield "two_pass needs a bitrate and no quality, and was ignored"
        yield from self.video_encoder.compromises(self, self.rate(info))
        yield from super().compromises(info, upscale=upscale)

    def meta(self, info: MediaInfo, bits_per_second: Fraction, *, upscale: bool) -> dict[str, MetaValue]:
        """Describe pictures and sound."""
        picture = self.picture(info, upscale=upscale)
        size = picture.fit.size
        shape = size.aspect_ratio * picture.sample_aspect_ratio
        return {
            **size_words(size, self.rate(info)),
            "codec": self.video_encoder.codec,
            "dar": _ratio(shape),
            "sar": _ratio(picture.sample_aspect_ratio),
            "aspect_ratio": round(float(shape), 6),
            **super().meta(info, bits_per_second, upscale=upscale),
            "audio_codec": self.audio_encoder.codec if info.audio else None,
        }


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}:{value.denominator}"
