"""What does a request for `mp4` make? One H.264 video with AAC sound that every browser plays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, ClassVar

from filmstrip.domain.artifact import Artifact, MediaKind, MetaValue, OutputResult
from filmstrip.domain.errors import OutputError, StreamMissingError
from filmstrip.domain.media_info import FieldOrder, MediaInfo, VideoStream
from filmstrip.media.transcoding.encoders import aac, libx264
from filmstrip.media.transcoding.picture_plan import PicturePlan, plan_picture
from filmstrip.outputs._base import Group, Output, OutputPlan
from filmstrip.params.audio_stream import AudioEncoding
from filmstrip.params.clip import Clip
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.values import one_of
from filmstrip.params.video_stream import VideoEncoding
from filmstrip.params.x264 import X264Parameters

# Rounding an odd side to an even one, up or down, makes no difference worth a word.
_EVEN_SIDES = 2
_EXTENSIONS = ("mp4", "m4v", "mov")


class Mp4(Output, FrameSizing, Clip, VideoEncoding, AudioEncoding):
    """An MP4 file: H.264, AAC, its index first.

    Attributes:
        video_codec: libx264.
        video_codec_parameters: Settings of x264.
        audio_codec: libfdk_aac or aac; both mean AAC-LC.
        file_extension: Of the name in the temporary store: mp4, m4v or mov.
    """

    output_name: ClassVar[str] = "mp4"
    kind: ClassVar[MediaKind] = MediaKind.VIDEO

    video_codec: Annotated[str, one_of(libx264.NAMES)] = libx264.NAMES[0]
    video_codec_parameters: X264Parameters = X264Parameters()
    audio_codec: Annotated[str, one_of(aac.NAMES)] = aac.NAMES[0]
    file_extension: Annotated[str, one_of(_EXTENSIONS, {f".{name}": name for name in _EXTENSIONS})] = _EXTENSIONS[0]

    @property
    def is_folder(self) -> bool:
        """The destination names the file itself."""
        return False

    @property
    def reads_whole_source(self) -> bool:
        """Every picture of the clip is decoded."""
        return True

    @property
    def ffmpeg_runs(self) -> int:
        """One a pass."""
        return 2 if self.is_two_pass else 1

    def temporary_name(self) -> str:
        """Name the file by its extension."""
        return f"video.{self.file_extension}"

    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        """Plan one file."""
        video = video_of(info)
        if self.range_of(info.duration_seconds).duration == 0:
            raise OutputError(
                f"start_time: {float(self.start_time or 0):g} is not before the end of the source, "
                f"which lasts {float(info.duration_seconds):.3f} s"
            )
        return OutputPlan((Group("video", ("",)),), tuple(self._warnings(video, upscale=upscale)))

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the video."""
        (artifact,) = artifacts
        duration = artifact.duration_seconds or self.range_of(info.duration_seconds).duration
        bits_per_second = artifact.size_bytes * 8 / duration
        return OutputResult(
            kind=MediaKind.VIDEO,
            output_format=self.output_name,
            main_name=artifact.name,
            names=(artifact.name,),
            size_bytes=artifact.size_bytes,
            storage_format=self.output_name,
            duration_seconds=duration,
            bitrate_kbps=round(bits_per_second / 1000),
            meta=self._meta(info, round(bits_per_second), upscale=upscale),
        )

    def _meta(self, info: MediaInfo, bits_per_second: int, *, upscale: bool) -> dict[str, MetaValue]:
        picture = self.picture(video_of(info), upscale=upscale)
        size, rate = picture.fit.size, self.rate(video_of(info))
        shape = size.aspect_ratio * picture.sample_aspect_ratio
        return {
            "resolution_width": size.width,
            "resolution_height": size.height,
            "width": size.width,
            "height": size.height,
            "resolution": size.short_side,
            "framerate": None if rate is None else f"{rate.numerator}/{rate.denominator}",
            "codec": libx264.CODEC,
            "dar": _ratio(shape),
            "sar": _ratio(picture.sample_aspect_ratio),
            "aspect_ratio": round(float(shape), 6),
            "bitrate": str(bits_per_second),
            "audio_codec": aac.CODEC if info.audio else None,
        }

    def picture(self, video: VideoStream, *, upscale: bool) -> PicturePlan:
        """Plan what is done to each picture."""
        return plan_picture(video, self, self, scaler=self.video_codec_parameters.sws_flags, upscale=upscale)

    def rate(self, video: VideoStream) -> Fraction | None:
        """Tell the frame rate of the result; None where the source tells none."""
        return self.frame_rate_of(video.frame_rate) or video.frame_rate

    def _warnings(self, video: VideoStream, *, upscale: bool) -> Iterator[str]:
        made, asked = self.picture(video, upscale=upscale).fit.size, self.picture(video, upscale=True).fit.size
        if asked.width > made.width + _EVEN_SIDES or asked.height > made.height + _EVEN_SIDES:
            yield f"The video is {made}, not {asked}: it is never larger than its source unless upscale is 1"
        if video.color.hdr is not None and not self.hdr_to_sdr:
            yield f"The video keeps the source's high dynamic range ({video.color.hdr}): hdr_to_sdr 1 makes it SDR"
        if video.field_order is not FieldOrder.PROGRESSIVE and not self.deinterlace:
            yield "The source is interlaced and stays so: deinterlace 1 makes it progressive"
        if self.two_pass and not self.is_two_pass:
            yield "two_pass needs a bitrate and no quality, and was ignored"
        profile = self.profile or self.video_codec_parameters.vprofile
        used = libx264.profile_of(self, self.video_codec_parameters)
        if profile is not None and profile != used:
            yield f"pix_format {self.pix_format} needs the H.264 profile {used} instead of {profile}"

    @property
    def is_two_pass(self) -> bool:
        """Whether the source is gone through twice, which only a bitrate needs."""
        return self.two_pass and self.bitrate is not None and self.quality is None


def video_of(info: MediaInfo) -> VideoStream:
    """Tell the source's video.

    Raises:
        StreamMissingError: It has none.
    """
    if info.video is None:
        raise StreamMissingError("The source has no video, which mp4 needs")
    return info.video


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}:{value.denominator}"
