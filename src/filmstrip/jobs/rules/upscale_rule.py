"""Qencode's rule of `upscale`: outputs that would be larger than the source are not made."""

from __future__ import annotations

from collections.abc import Sequence

from filmstrip.domain.artifact import MediaKind, Warned
from filmstrip.domain.geometry import FrameSize, fit
from filmstrip.domain.media_info import MediaInfo
from filmstrip.outputs._base import Output
from filmstrip.params.frame_size import FrameSizing


def dropped_outputs(outputs: Sequence[Output], info: MediaInfo) -> dict[int, FrameSize]:
    """Return which outputs of a query without `upscale` are dropped, by index with the size that they would have had.

    Videos that are larger than the source in both sides are dropped. If that would be all videos, the first of them
    is made, at the source's size. Pictures may always be larger.
    """
    videos = [index for index, output in enumerate(outputs) if output.kind is MediaKind.VIDEO]
    too_large = {index: size for index in videos if (size := _size_if_too_large(outputs[index], info))}
    if videos and len(too_large) == len(videos):
        del too_large[videos[0]]
    return too_large


def drop_warning(index: int, size: FrameSize) -> Warned:
    """Word the warning that an output was dropped."""
    return Warned(f"format[{index}] was dropped: {size} is larger than the source, and upscale is not set")


def _size_if_too_large(output: Output, info: MediaInfo) -> FrameSize | None:
    sizing: object = output  # mypy: the two classes are related by common subclasses only
    if not isinstance(sizing, FrameSizing) or info.video is None:
        return None
    source = info.video.display_size
    size = fit(source, sizing.size_request()).size
    return size if size.width > source.width and size.height > source.height else None
