"""Frames that are not as the first one was: each one's own size, shape and colours count, in the frame of all.

Phones are turned during a call, broadcasts go from narrow films to wide ones: a picture of another shape gets bars.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from av.video.frame import VideoFrame

from filmstrip.domain.geometry import Fit, FrameSize, Margins, round_half_up
from filmstrip.domain.media_info import ColorInfo, VideoStream
from filmstrip.domain.untagged_color import UNSPECIFIED

_FULL_RANGE = 2
_TOLERANCE = Fraction(2, 100)


def as_decoded(video: VideoStream, frame: VideoFrame) -> VideoStream:
    """Describe a stream by one of its decoded pictures: its size, shape, matrix and range.

    Args:
        video: What is known of the stream by its first picture.
        frame: Any of its pictures.
    """
    described = video.color
    color = replace(
        described,
        matrix=described.matrix if int(frame.colorspace) == UNSPECIFIED else int(frame.colorspace),
        full_range=_is_full(frame, described),
    )
    decoded, margins = FrameSize(frame.width, frame.height), video.margins or Margins()
    shown = margins.cut_off(decoded) if margins.leave_something_of(decoded) else decoded
    if shown == video.coded_size:
        return replace(video, color=color, frame_size=None)
    # Where only the width is another, pixels are; both shapes of pixels are in use in broadcasts.
    keeps_shape = shown.height == video.coded_size.height and video.sample_aspect_ratio != 1
    sar = video.sample_aspect_ratio * Fraction(video.coded_size.width, shown.width) if keeps_shape else Fraction(1)
    return replace(video, color=color, coded_size=decoded, sample_aspect_ratio=sar, margins=None, frame_size=None)


def _is_full(frame: VideoFrame, described: ColorInfo) -> bool:
    if int(frame.color_range) == 0:
        return described.full_range
    return is_full_range(frame)


def is_full_range(frame: VideoFrame) -> bool:
    """Check whether a picture says that its samples use all values."""
    return int(frame.color_range) == _FULL_RANGE or frame.format.name.startswith("yuvj")


def has_shape_of(one: VideoStream, other: VideoStream) -> bool:
    """Check whether pictures of two streams have the same shape, but for rounding."""
    return abs(one.display_size.aspect_ratio / other.display_size.aspect_ratio - 1) <= _TOLERANCE


def inside(video: VideoStream, own: VideoStream, fitting: Fit) -> FrameSize:
    """Decide the size of a picture of another shape inside the frame of all, before anything is cut off.

    Args:
        video: The stream, whose pictures fill the frame.
        own: The same as one of its pictures has it.
        fitting: How pictures of the stream become the asked size, be it by stretching them.
    """
    frame, picture = video.display_size, own.display_size
    scale = min(Fraction(frame.width, picture.width), Fraction(frame.height, picture.height))
    width = picture.width * scale / frame.width * fitting.scaled.width
    height = picture.height * scale / frame.height * fitting.scaled.height
    return FrameSize(min(fitting.scaled.width, round_half_up(width)), min(fitting.scaled.height, round_half_up(height)))
