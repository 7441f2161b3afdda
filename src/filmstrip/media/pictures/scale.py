"""Gives a decoded frame its size, its way up and its colours, by one chain of libav filters that is set up once.

The chain is a pure value; `FrameScaler` runs it. Scaling comes first, so everything after it works on few pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

from av.filter import Graph
from av.video.frame import VideoFrame

from filmstrip.domain.geometry import Fit, FrameSize, Margins, Orientation
from filmstrip.domain.media_info import VideoStream
from filmstrip.media.frames.deinterlacer import OF_ONE_PICTURE
from filmstrip.media.frames.filter_graph import FilterStep, filter_graph
from filmstrip.media.frames.shape import as_decoded, has_shape_of, inside
from filmstrip.media.pictures.color import matrix_name, range_name

_TURNS: dict[int, tuple[FilterStep, ...]] = {
    0: (),
    90: (("transpose", "clock"),),
    180: (("hflip", ""), ("vflip", "")),
    270: (("transpose", "cclock"),),
}


@dataclass(frozen=True, slots=True)
class PixelTarget:
    """What comes out of a chain.

    Attributes:
        pixel_format: libav's name of the pixel format.
        matrix: YCbCr matrix of the result, None for RGB.
    """

    pixel_format: str
    matrix: str | None = None


JPEG_PIXELS = PixelTarget("yuvj420p", "bt601")
"""What JFIF prescribes: full range, the matrix of BT.601, chroma samples between the luma samples."""
RGB_PIXELS = PixelTarget("rgb24")
RGBA_PIXELS = PixelTarget("rgba")
DEEP_RGB_PIXELS = PixelTarget("rgb48le")


def filter_chain(
    video: VideoStream,
    fitting: Fit,
    target: PixelTarget,
    *,
    is_interlaced: bool = False,
    own: VideoStream | None = None,
) -> tuple[FilterStep, ...]:
    """Decide the filters that turn decoded pictures of a stream into finished ones.

    Args:
        video: The stream.
        fitting: The size of the result, upright; without the bars that it may add.
        target: Its pixels.
        is_interlaced: Whether the picture consists of two fields of different moments.
        own: The stream as these pictures have it, where they differ from its first ones.
    """
    own = own or video
    scaled = fitting.scaled if has_shape_of(own, video) else inside(video, own, fitting)
    deinterlace: tuple[FilterStep, ...] = (OF_ONE_PICTURE,) if is_interlaced else ()
    return (
        *deinterlace,
        *_crop(own.margins),
        _scale(own, scaled, target),
        ("format", target.pixel_format),
        *_turn(own.orientation),
        *_bars(scaled, fitting.scaled),
        *_cut(fitting),
    )


def _scale(video: VideoStream, upright: FrameSize, target: PixelTarget) -> FilterStep:
    width, height = upright.width, upright.height
    if video.orientation.swaps_sides:
        width, height = height, width
    matrix = matrix_name(video.color, video.coded_size)
    arguments = [
        f"w={width}",
        f"h={height}",
        # Lanczos keeps most detail at these ratios; the other flags stop rounding and chroma from being skimped on.
        "flags=lanczos+accurate_rnd+full_chroma_int",
        f"in_range={range_name(video.color)}",
        "out_range=full",
    ]
    if matrix is not None:
        arguments.append(f"in_color_matrix={matrix}")
    if target.matrix is not None:
        arguments += [f"out_color_matrix={target.matrix}", "out_chroma_loc=center"]
    return ("scale", ":".join(arguments))


def _crop(margins: Margins | None) -> tuple[FilterStep, ...]:
    if margins is None:
        return ()
    width, height = f"iw-{margins.left + margins.right}", f"ih-{margins.top + margins.bottom}"
    return (("crop", f"w={width}:h={height}:x={margins.left}:y={margins.top}:exact=1"),)


def _turn(orientation: Orientation) -> tuple[FilterStep, ...]:
    mirror: tuple[FilterStep, ...] = (("hflip", ""),) if orientation.mirrored else ()
    return mirror + _TURNS[orientation.clockwise_degrees]


def _bars(scaled: FrameSize, whole: FrameSize) -> tuple[FilterStep, ...]:
    if scaled == whole:
        return ()
    return (("pad", f"w={whole.width}:h={whole.height}:x=(ow-iw)/2:y=(oh-ih)/2"),)


def _cut(fitting: Fit) -> tuple[FilterStep, ...]:
    if not fitting.crops:
        return ()
    return (("crop", f"w={fitting.size.width}:h={fitting.size.height}:exact=1"),)


class FrameScaler:
    """Turns decoded pictures of one stream into finished ones."""

    def __init__(self, video: VideoStream, fitting: Fit, target: PixelTarget) -> None:
        self._video = video
        self._fitting = fitting
        self._target = target
        self._graph: Graph | None = None
        self._graph_key: tuple[object, ...] = ()

    def scale(self, frame: VideoFrame) -> VideoFrame:
        """Give a picture its size, way up and pixels."""
        graph = self._graph_for(frame)
        graph.push(frame)
        if frame.interlaced_frame:
            # The deinterlacer waits for the next picture to compare with: there is none, the end tells it so.
            graph.push(None)
            self._graph = None
        scaled = graph.pull()
        if not isinstance(scaled, VideoFrame):
            raise TypeError("A video filter graph gives video frames")
        return scaled

    def _graph_for(self, frame: VideoFrame) -> Graph:
        key = (
            frame.width,
            frame.height,
            frame.format.name,
            frame.interlaced_frame,
            frame.colorspace,
            frame.color_range,
        )
        if self._graph is None or key != self._graph_key:
            is_interlaced, own = bool(frame.interlaced_frame), as_decoded(self._video, frame)
            steps = filter_chain(self._video, self._fitting, self._target, is_interlaced=is_interlaced, own=own)
            self._graph, self._graph_key = filter_graph(frame, steps), key
        return self._graph
