"""SVT-AV1: AV1."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, ClassVar

from filmstrip.media.transcoding.encoders._base import Pass, VideoEncoder
from filmstrip.media.transcoding.encoders._options import (
    RateLimits,
    ceiling,
    ignored,
    is_average,
    keyframes,
    kilobits,
    of_h264,
    other_quality,
    rate_control,
    setting_list,
)
from filmstrip.params import codec_parameters
from filmstrip.params.values import number, whole_number
from filmstrip.params.video_stream import VideoEncoding

_DEFAULT_QUALITY = 35
_DEFAULT_PRESET = 5
# What SVT-AV1 accepts (`Source/Lib/Globals/enc_settings.c`): of bitrates in kbit/s, of its buffer in seconds.
_BITRATES = (1, 100_000)
_BUFFER_SECONDS = (Fraction(2, 100), Fraction(10))
# Measured: a preset above it writes files that nothing decodes at a quality below this one.
_FASTEST_FINE_PRESET, _COARSE_QUALITY = 10, 4
_SETTINGS = (
    *("tune", "aq_mode", "film_grain", "fast_decode", "enable_dlf", "enable_restoration"),
    *("hierarchical_levels", "pred_struct"),
)


_expectation = f"a number of kbit/s from {_BITRATES[0]} to {_BITRATES[1]}"
Kilobits = Annotated[Fraction, number(_expectation, least=_BITRATES[0], most=_BITRATES[1])]


class SvtAv1Parameters(codec_parameters.RateLimits):
    """Settings of SVT-AV1. What is absent is as SVT-AV1 has it.

    Attributes:
        max_rate: Highest bitrate in kbit/s, as an average over `bufsize`, of a quality: a `bitrate` has none.
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

    max_rate: Kilobits | None = None
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
    bitrates: ClassVar[tuple[int, int]] = _BITRATES
    most_frame_rate: ClassVar[int] = 240
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
            *("-preset:v", str(_preset(video, svt))),
            *rate_control(video, _quality(video), _limits(video, svt)),
            *keyframes(video, frame_rate),
            *(("-svtav1-params:v", setting_list(given)) if given else ()),
        ]

    def compromises(self, video: VideoEncoding, frame_rate: Fraction | None) -> Iterator[str]:
        """Yield what is of another codec, and what SVT-AV1 does not do."""
        del frame_rate
        svt = self.settings(video)
        yield from of_h264(video, "libsvtav1")
        if not is_average(video):
            yield from other_quality(video, _quality(video), "libsvtav1 knows whole numbers from 1")
        if svt.preset is not None and svt.preset != _preset(video, svt):
            yield (
                f"preset is {_preset(video, svt)}, not {svt.preset}: above it libsvtav1 makes files that cannot be "
                f"played at a quality below {_COARSE_QUALITY}"
            )
        yield from _other_limits(video, svt)


def _quality(video: VideoEncoding) -> int:
    # FFmpeg takes 0 for nothing asked for.
    return max(1, round(_DEFAULT_QUALITY if video.quality is None else video.quality))


def _preset(video: VideoEncoding, svt: SvtAv1Parameters) -> int:
    preset = _DEFAULT_PRESET if svt.preset is None else svt.preset
    is_fine = not is_average(video) and _quality(video) < _COARSE_QUALITY
    return min(preset, _FASTEST_FINE_PRESET) if is_fine else preset


def _limits(video: VideoEncoding, svt: SvtAv1Parameters) -> RateLimits:
    """Return what SVT-AV1 heeds: a ceiling of a quality alone, and a buffer of a length that it accepts."""
    asked = kilobits(svt)
    most = None if is_average(video) else ceiling(video, asked)
    rate = (video.bitrate or Fraction(0)) * 1000 if is_average(video) else most
    if rate is None:
        return RateLimits()
    # Without one, that of a ceiling is two seconds.
    least, longest = (rate * seconds for seconds in _BUFFER_SECONDS)
    return RateLimits(most, buffer=None if asked.buffer is None else min(max(asked.buffer, least), longest))


def _other_limits(video: VideoEncoding, svt: SvtAv1Parameters) -> Iterator[str]:
    asked, used = kilobits(svt), _limits(video, svt)
    reasons = {"min_rate": "libsvtav1 has no lowest bitrate"}
    if is_average(video):
        reasons["max_rate"] = "libsvtav1 has a highest bitrate with a quality only, not with a bitrate"
    elif used.most is None:
        reasons["bufsize"] = "libsvtav1 heeds it with max_rate or bitrate only"
    yield from ignored(asked, reasons)
    if used.buffer is not None and asked.buffer is not None and used.buffer != asked.buffer:
        yield (
            f"bufsize is {float(used.buffer / 1000):g}, not {float(asked.buffer / 1000):g}: libsvtav1 has a buffer of "
            "0.02 to 10 seconds"
        )


ENCODER = SvtAv1()
