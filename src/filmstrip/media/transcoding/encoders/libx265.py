"""x265: H.265."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, ClassVar

from filmstrip.media.transcoding.encoders._base import Pass, VideoEncoder
from filmstrip.media.transcoding.encoders._options import (
    keyframes,
    kilobits,
    of_h264,
    rate_control,
    setting_list,
    without_ceiling,
)
from filmstrip.params.codec_parameters import RateLimits
from filmstrip.params.values import one_of
from filmstrip.params.video_stream import VideoEncoding
from filmstrip.params.x264 import PRESETS

_DEFAULT_QUALITY = 28


class X265Parameters(RateLimits):
    """Settings of x265. What is absent follows from the preset.

    Attributes:
        preset: Speed against size: ultrafast to placebo; medium if absent.
    """

    preset: Annotated[str, one_of(PRESETS)] | None = None


class X265(VideoEncoder[X265Parameters]):
    """H.265 (ITU-T H.265), its GOPs closed."""

    names: ClassVar[tuple[str, ...]] = ("libx265",)
    codec: ClassVar[str] = "hevc"
    parameters = X265Parameters
    qualities: ClassVar[tuple[int, int]] = (0, 51)
    # Measured: "placebo" encodes 60,000 pixels of noise a second.
    effort: ClassVar[int] = 50

    def arguments(
        self, video: VideoEncoding, frame_rate: Fraction | None, in_pass: Pass | None = None, threads: int = 0
    ) -> list[str]:
        """Write the arguments for one video stream."""
        x265 = self.settings(video)
        return [
            *("-codec:v", "libx265"),
            *("-preset:v", x265.preset or "medium"),
            *rate_control(video, _DEFAULT_QUALITY if video.quality is None else video.quality, kilobits(x265)),
            *keyframes(video, frame_rate),
            # Where a keyframe is asked for, a player can begin.
            *("-forced-idr:v", "1"),
            *("-x265-params:v", setting_list(_settings(video, in_pass, threads))),
        ]

    def compromises(self, video: VideoEncoding, frame_rate: Fraction | None) -> Iterator[str]:
        """Yield what is of another codec, and limits that have no effect."""
        del frame_rate
        yield from of_h264(video, "libx265")
        yield from without_ceiling(video, kilobits(self.settings(video)), "libx265")


def _settings(video: VideoEncoding, in_pass: Pass | None, threads: int) -> Iterator[tuple[str, str]]:
    # It reports on every run, with levels that are not ffmpeg's.
    yield "log-level", "warning"
    # Pictures behind a keyframe that refer to ones before it cannot be shown by who begins there.
    yield "open-gop", "0"
    if video.keyframe is not None:
        # No keyframes at scene cuts: each would shift the ones after it off the grid that is asked for.
        yield "scenecut", "0"
    if threads:
        # Its own pool of threads has one for each core otherwise.
        yield "pools", str(threads)
    if in_pass is not None:
        yield "pass", str(in_pass.number)
        yield "stats", f"{in_pass.statistics}-x265.log"


ENCODER = X265()
