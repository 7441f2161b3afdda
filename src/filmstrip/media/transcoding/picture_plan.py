"""Decides what has to happen to the pictures of a source before they are encoded. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.geometry import Fit, FrameSize, SizeRequest, fit
from filmstrip.domain.media_info import ColorInfo, HdrKind, VideoStream
from filmstrip.domain.untagged_color import HD, HDR, RGB, SD, UNSPECIFIED, color_family
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.video_stream import VideoEncoding

# FFmpeg's names of MatrixCoefficients (ITU-T H.273, table 4), as its scaler takes them.
_MATRICES = {1: "bt709", 4: "fcc", 5: "bt470", 6: "smpte170m", 7: "smpte240m", 9: "bt2020"}


@dataclass(frozen=True, slots=True)
class AssumedColor:
    """Colour properties by FFmpeg's names; None where the source names them itself.

    Attributes:
        matrix: MatrixCoefficients.
        primaries: ColourPrimaries.
        transfer: TransferCharacteristics.
    """

    matrix: str | None = None
    primaries: str | None = None
    transfer: str | None = None


# What untagged colours are taken for, as FFmpeg's filters call it.
_ASSUMED = {
    SD: AssumedColor("smpte170m", "smpte170m", "smpte170m"),
    HD: AssumedColor("bt709", "bt709", "bt709"),
    HDR: AssumedColor("bt2020nc", "bt2020", None),
}


@dataclass(frozen=True, slots=True)
class PicturePlan:
    """How pictures of a source become pictures of the result, in the order of the fields.

    Attributes:
        deinterlaces: Whether two fields become one progressive picture.
        flattens_alpha: Whether transparent parts are put on black.
        clockwise_degrees: 0, 90, 180 or 270; applied to the upright picture.
        frame_rate: Constant frames per second, None to keep the times of the source.
        fit: Size, of the turned picture.
        scaler: Scaling algorithm, as swscale names it.
        assumed_color: What an untagged source's colours are taken for.
        tone_maps: The HDR system that is mapped to BT.709, None to keep the dynamic range.
        pixel_format: FFmpeg's name of the format that is encoded.
        full_range: Whether the result uses all sample values; else limited ("TV") range.
        sample_aspect_ratio: Shape of a pixel of the result, width by height; nearly always square.
        frame_aspect_ratio: Shape of what is fitted: pictures of another shape get bars. None to stretch all alike.
        usual_size: Size of the pictures that have that shape, upright and turned; None where none is usual.
        background: Colour of the bars that are asked for: red, green and blue, 0 to 255.
        kept_matrix: The matrix that the first picture names, which those that name another one are turned into.
    """

    deinterlaces: bool
    flattens_alpha: bool
    clockwise_degrees: int
    frame_rate: Fraction | None
    fit: Fit
    scaler: str
    assumed_color: AssumedColor
    tone_maps: HdrKind | None
    pixel_format: str
    full_range: bool
    sample_aspect_ratio: Fraction
    frame_aspect_ratio: Fraction | None = None
    usual_size: FrameSize | None = None
    background: tuple[int, int, int] = (0, 0, 0)
    kept_matrix: str | None = None


def plan_picture(
    source: VideoStream, sizing: FrameSizing, video: VideoEncoding, *, scaler: str | None = None, upscale: bool = False
) -> PicturePlan:
    """Decide what has to happen to the pictures of a source.

    Args:
        source: The video of the source.
        sizing: Which size is asked for.
        video: What else is asked for.
        scaler: Scaling algorithm that is asked for, as swscale names it.
        upscale: Whether the result may be larger than the source.
    """
    turned = _turned(source.display_size, video.rotate)
    fitted, pixel_shape = _fit(turned, sizing, video.aspect_ratio, upscale=upscale)
    return PicturePlan(
        deinterlaces=video.deinterlace,
        flattens_alpha=source.has_alpha,
        clockwise_degrees=video.rotate,
        frame_rate=video.frame_rate_of(source.frame_rate),
        fit=fitted,
        scaler=scaler or "bicubic",
        assumed_color=_assume_color(source.color, source.coded_size),
        tone_maps=source.color.hdr if video.hdr_to_sdr else None,
        pixel_format=video.pix_format.replace("yuvj", "yuv"),
        full_range=video.pix_format.startswith("yuvj"),
        sample_aspect_ratio=pixel_shape,
        frame_aspect_ratio=turned.aspect_ratio,
        usual_size=_usual_size(source, video.rotate),
        background=sizing.background_rgb,
        kept_matrix=_MATRICES.get(source.color.matrix),
    )


def _usual_size(source: VideoStream, clockwise_degrees: int) -> FrameSize | None:
    if source.frame_size is not None:
        return None
    size = source.coded_size
    return _turned(FrameSize(size.height, size.width) if source.orientation.swaps_sides else size, clockwise_degrees)


def _turned(size: FrameSize, clockwise_degrees: int) -> FrameSize:
    return FrameSize(size.height, size.width) if clockwise_degrees in (90, 270) else size


def _fit(
    source: FrameSize, sizing: FrameSizing, aspect_ratio: Fraction | None, *, upscale: bool
) -> tuple[Fit, Fraction]:
    """Decide size and pixel shape.

    An asked aspect ratio shapes the picture where a side is left to us; where both sides are given, only the shape
    of the pixels is left to make it so.
    """
    request = sizing.size_request()
    if aspect_ratio is None:
        return fit(source, request, even=True, upscale=upscale), Fraction(1)
    if request.short_side is None and request.width is not None and request.height is not None:
        fitted = fit(source, request, even=True, upscale=upscale)
        return fitted, aspect_ratio / fitted.size.aspect_ratio
    size = fit(_largest_box(source, aspect_ratio), request, even=True, upscale=upscale).size
    return fit(source, SizeRequest(size.width, size.height, mode=sizing.resize_mode), even=True), Fraction(1)


def _largest_box(source: FrameSize, aspect_ratio: Fraction) -> FrameSize:
    if aspect_ratio > source.aspect_ratio:
        return FrameSize(source.width, max(1, round(source.width / aspect_ratio)))
    return FrameSize(max(1, round(source.height * aspect_ratio)), source.height)


def _assume_color(color: ColorInfo, size: FrameSize) -> AssumedColor:
    """Name what players assume for untagged video that is stored in this size.

    It has to be named in the result, as the result's size may make players assume something else.
    """
    if color.matrix not in (UNSPECIFIED, RGB) and color.hdr is None:
        return AssumedColor()
    family = _ASSUMED[color_family(color, size)]
    return AssumedColor(
        matrix=family.matrix if color.matrix in (UNSPECIFIED, RGB) else None,
        primaries=family.primaries if color.primaries == UNSPECIFIED else None,
        transfer=family.transfer if color.transfer == UNSPECIFIED else None,
    )
