"""Turns a decoded frame the right way up, by the display matrix that a container or EXIF gave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from av.buffer import Buffer
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame

from filmstrip.domain.geometry import Orientation
from filmstrip.media.frames.display_matrix import parse_display_matrix
from filmstrip.media.frames.filter_graph import filter_graph

# PyAV refuses to list what is told beside a picture as soon as one kind of it is younger than its own list, such as
# EXIF or the views of stereoscopic video.
_YOUNGER_KINDS = range(len(Type), len(Type) + 24)


def orientation_of(frame: VideoFrame) -> Orientation:
    """Read how a decoded picture has to be turned."""
    try:
        matrix = _side_data(frame).get("DISPLAYMATRIX")
    except ValueError:
        matrix = _side_data(_without_younger_kinds(frame)).get("DISPLAYMATRIX")
    return Orientation() if matrix is None else parse_display_matrix(bytes(matrix))


def _side_data(frame: VideoFrame) -> Mapping[str, Buffer]:
    return cast("Mapping[str, Buffer]", frame.side_data)  # the stubs describe something else


def _without_younger_kinds(frame: VideoFrame) -> VideoFrame:
    """Take away what PyAV does not know; the pixels are not copied."""
    graph = filter_graph(frame, [("sidedata", f"mode=delete:type={kind}") for kind in _YOUNGER_KINDS])
    graph.push(frame)
    return cast(VideoFrame, graph.pull())
