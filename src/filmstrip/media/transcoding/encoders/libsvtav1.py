"""SVT-AV1: AV1."""

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
)
from filmstrip.params.codec_parameters import RateLimits
from filmstrip.params.values import whole_number
from filmstrip.params.video_stream import VideoEncoding

_DEFAULT_QUALITY = 35
_DEFAULT_PRESET = 5
_SETTINGS = (
    *("tune", "aq_mode", "film_grain", "fast_decode", "enable_dlf", "enable_restoration"),
    *("hierarchical_levels", "pred_struct"),
)


class SvtAv1Parameters(RateLimits):
    """Settings of SVT-AV1. What is absent is as SVT-AV1 has it.

    Attributes:
        preset: Speed against size: 0 (smallest) to 13 (fastest); 5 if absent.
        tune: What is best: 0 sharpness, 1 PSNR, 2 SSIM.
        aq_mode: How bits are spread over a picture: 0 evenly, 1 by segments, 2 by what is predicted.
        film_grain: Whether grain is taken out and described, for players to put in again.
        fast_decode: Whether files are easier to decode, and larger.
        enable_dlf: Whether edges of blocks are smoothed.
        enable_restoration: Whether loop restoration is used.
        hierarchical_levels: How many layers pictures refer to one another over, besides the first: 2 to 5.
        pred_struct: 1 for low delay, 2 for pictures that refer to later ones.
    """

    preset: Annotated[int, whole_number(0, 13)] | None = None
    tune: Annotated[int, whole_number(0, 2)] | None = None
    aq_mode: Annotated[int, whole_number(0, 2)] | None = None
    film_grain: Annotated[int, whole_number(0, 1)] | None = None
    fast_decode: Annotated[int, whole_number(0, 1)] | None = None
    enable_dlf: Annotated[int, whole_number(0, 1)] | None = None
    enable_restoration: Annotated[int, whole_number(0, 1)] | None = None
    hierarchical_levels: Annotated[int, whole_number(0, 5)] | None = None
    pred_struct: Annotated[int, whole_number(0, 2)] | None = None


class SvtAv1(VideoEncoder[SvtAv1Parameters]):
    """AV1 (AV1 Bitstream & Decoding Process Specification), profile Main."""

    names: ClassVar[tuple[str, ...]] = ("libsvtav1",)
    codec: ClassVar[str] = "av1"
    parameters = SvtAv1Parameters
    qualities: ClassVar[tuple[int, int]] = (0, 63)
    # Profile Main has 4:2:0 alone (10.2 of the specification).
    pixel_formats: ClassVar[tuple[str, ...]] = ("yuv420p", "yuvj420p")
    # Measured: preset 2 encodes 700,000 pixels of noise a second; each preset below it about half as many.
    effort: ClassVar[int] = 20

    def has_two_passes(self, video: VideoEncoding) -> bool:
        """Deny it: FFmpeg does not drive its second pass."""
        del video
        return False

    def arguments(
        self, video: VideoEncoding, frame_rate: Fraction | None, in_pass: Pass | None = None, threads: int = 0
    ) -> list[str]:
        """Write the arguments for one video stream."""
        del in_pass, threads
        svt = self.settings(video)
        values = ((name.replace("_", "-"), getattr(svt, name)) for name in _SETTINGS)
        given = [(name, str(value)) for name, value in values if value is not None]
        return [
            *("-codec:v", "libsvtav1"),
            *("-preset:v", str(_DEFAULT_PRESET if svt.preset is None else svt.preset)),
            # FFmpeg takes 0 for nothing asked for.
            *rate_control(video, max(1, _DEFAULT_QUALITY if video.quality is None else video.quality), kilobits(svt)),
            *keyframes(video, frame_rate),
            *(("-svtav1-params:v", setting_list(given)) if given else ()),
        ]

    def compromises(self, video: VideoEncoding, frame_rate: Fraction | None) -> Iterator[str]:
        """Yield what is of another codec."""
        del frame_rate
        yield from of_h264(video, "libsvtav1")


ENCODER = SvtAv1()
