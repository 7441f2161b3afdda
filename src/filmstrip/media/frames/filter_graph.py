"""Puts libav's filters in a row behind a decoded frame."""

from __future__ import annotations

from collections.abc import Iterable

from av.filter import Graph
from av.video.frame import VideoFrame

FilterStep = tuple[str, str]
"""A filter's name and its arguments, as libavfilter writes them."""


def filter_graph(frame: VideoFrame, steps: Iterable[FilterStep]) -> Graph:
    """Build a graph that takes pictures like one, through filters in a row."""
    graph = Graph()
    # The scaler spreads over threads of its own otherwise, beside workers that use all cores already.
    graph.threads = 1
    last = graph.add(
        "buffer",
        f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/1000"
        f":colorspace={int(frame.colorspace)}:range={int(frame.color_range)}",
    )
    for name, arguments in steps:
        step = graph.add(name, arguments) if arguments else graph.add(name)
        last.link_to(step)
        last = step
    last.link_to(graph.add("buffersink"))
    graph.configure()
    return graph
