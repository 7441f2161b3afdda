"""Makes a moving picture of finished frames: GIF, animated WebP, or MP4 without sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import OutputContainer
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.moving_picture import MovingEncoding, MovingFormat
from filmstrip.domain.progress import ProgressListener, portion, told
from filmstrip.media.pictures.frame_file import FrameFile, RgbArray

# Of x264, from the best quality to the worst that anyone would look at.
_BEST_CRF, _WORST_CRF = 14, 40
_NEVER_AGAIN = -1
_PALETTE_SHARE = 0.1


def write_moving_picture(
    path: Path, frames: FrameFile, encoding: MovingEncoding, on_progress: ProgressListener
) -> None:
    """Write all frames to a file.

    Args:
        path: The file.
        frames: The frames, in order. Sides of an MP4 are even.
        encoding: Format, times and quality.
        on_progress: Told of each frame, also while the palette is found and while the encoder gives out what it held.
    """
    write = {MovingFormat.GIF: _write_gif, MovingFormat.WEBP: _write_webp, MovingFormat.MP4: _write_mp4}
    write[encoding.moving_format](path, frames, encoding, on_progress)


def _write_gif(path: Path, frames: FrameFile, encoding: MovingEncoding, on_progress: ProgressListener) -> None:
    palette = _palette(frames, portion(on_progress, 0, _PALETTE_SHARE))
    on_encoded = portion(on_progress, _PALETTE_SHARE, 1 - _PALETTE_SHARE)
    plays = {0: 0, 1: _NEVER_AGAIN}.get(encoding.plays, encoding.plays - 1)
    last = encoding.tick(frames.count) - encoding.tick(frames.count - 1)
    options = {"loop": str(plays), "final_delay": str(last)}
    with av.open(f"file:{path.absolute()}", "w", format="gif", options=options) as container:
        stream = _add_stream(container, "gif", "pal8", frames, encoding)
        _encode(container, stream, told(_in_palette(frames, palette), frames.count, on_encoded), encoding, on_encoded)


def _write_webp(path: Path, frames: FrameFile, encoding: MovingEncoding, on_progress: ProgressListener) -> None:
    with av.open(f"file:{path.absolute()}", "w", format="webp", options={"loop": str(encoding.plays)}) as container:
        # Never a lossless frame where a lossy one is asked for; the slow methods gain little in moving pictures.
        options = {"quality": str(encoding.quality), "compression_level": "4", "lossless": "0"}
        stream = _add_stream(container, "libwebp_anim", "yuva420p", frames, encoding, options)
        _encode(container, stream, told(map(_frame, frames.frames()), frames.count, on_progress), encoding, on_progress)


def _write_mp4(path: Path, frames: FrameFile, encoding: MovingEncoding, on_progress: ProgressListener) -> None:
    # The index first: it is loaded by the hundred, when someone moves over a list of films.
    with av.open(f"file:{path.absolute()}", "w", format="mp4", options={"movflags": "+faststart"}) as container:
        crf = _WORST_CRF - (_WORST_CRF - _BEST_CRF) * (encoding.quality - 1) / 99
        options = {"crf": f"{crf:.1f}", "preset": "medium", "profile": "main", "bf": "0"}
        stream = _add_stream(container, "libx264", "yuv420p", frames, encoding, options)
        context = stream.codec_context
        context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        pictures = told(map(_video_frame, frames.frames()), frames.count, on_progress)
        _encode(container, stream, pictures, encoding, on_progress)


def _add_stream(
    container: OutputContainer,
    codec: str,
    pixel_format: str,
    frames: FrameFile,
    encoding: MovingEncoding,
    options: dict[str, str] | None = None,
) -> VideoStream:
    stream = container.add_stream(codec, rate=encoding.frame_rate, options=options or {})
    if not isinstance(stream, VideoStream):
        raise TypeError(f"{codec} is no encoder of pictures")
    stream.width, stream.height, stream.pix_fmt = frames.size.width, frames.size.height, pixel_format
    ticks = Fraction(1, encoding.moving_format.ticks_per_second)
    stream.time_base = stream.codec_context.time_base = ticks
    # Threads of an encoder cost more than they gain at these sizes.
    stream.codec_context.thread_count = 1
    return stream


def _encode(
    container: OutputContainer,
    stream: VideoStream,
    pictures: Iterable[VideoFrame],
    encoding: MovingEncoding,
    on_progress: ProgressListener,
) -> None:
    for number, picture in enumerate(pictures):
        picture.pts, picture.time_base = encoding.tick(number), stream.codec_context.time_base
        container.mux(stream.encode(picture))
    # One by one: x264 holds forty frames back, whose encoding is most of the work for a short picture.
    for packet in stream.encode_lazy(None):
        packet.stream = stream
        container.mux(packet)
        on_progress(1.0)


def _frame(pixels: RgbArray) -> VideoFrame:
    return VideoFrame.from_ndarray(pixels, format="rgb24")


def _video_frame(pixels: RgbArray) -> VideoFrame:
    return _frame(pixels).reformat(
        format="yuv420p",
        src_colorspace=Colorspace.DEFAULT,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )


def _palette(frames: FrameFile, on_progress: ProgressListener) -> VideoFrame:
    """Find the 255 colours that suit all frames together; one more says "as in the frame before"."""
    graph = Graph()
    source = _buffer(graph, frames.size, "rgb24")
    step, sink = graph.add("palettegen", "stats_mode=full"), graph.add("buffersink")
    source.link_to(step)
    step.link_to(sink)
    graph.configure()
    for number, pixels in enumerate(told(frames.frames(), frames.count, on_progress)):
        source.push(_at(_frame(pixels), number))
        # Else the graph would keep all frames, and look at them at the end only.
        with suppress(av.error.BlockingIOError):
            sink.pull()
    source.push(None)
    return _pulled(sink)


def _in_palette(frames: FrameFile, palette: VideoFrame) -> Iterator[VideoFrame]:
    """Draw frames in the colours of a palette, with dots of two colours where it lacks one."""
    graph = Graph()
    source = _buffer(graph, frames.size, "rgb24")
    colors = _buffer(graph, FrameSize(palette.width, palette.height), palette.format.name)
    # Only where something moves, so that still parts do not flicker.
    use, sink = graph.add("paletteuse", "dither=sierra2_4a:diff_mode=rectangle"), graph.add("buffersink")
    source.link_to(use, 0, 0)
    colors.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    colors.push(_at(palette, 0))
    colors.push(None)
    for number, pixels in enumerate(frames.frames()):
        source.push(_at(_frame(pixels), number))
        yield _pulled(sink)


def _buffer(graph: Graph, size: FrameSize, pixel_format: str) -> FilterContext:
    return graph.add("buffer", f"video_size={size}:pix_fmt={pixel_format}:time_base=1/1000")


def _at(frame: VideoFrame, number: int) -> VideoFrame:
    frame.pts, frame.time_base = number, Fraction(1, 1000)
    return frame


def _pulled(sink: FilterContext) -> VideoFrame:
    frame = sink.pull()
    if not isinstance(frame, VideoFrame):
        raise TypeError("A video filter graph gives video frames")
    return frame
