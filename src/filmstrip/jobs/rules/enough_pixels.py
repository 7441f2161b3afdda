"""How large a picture of a source has to be for what is asked for, where a playlist has several. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from filmstrip.outputs._base import Output
from filmstrip.params.frame_size import FrameSizing


def enough_short_side(outputs: Sequence[Output]) -> int | None:
    """Return how many pixels of the smaller side are enough for all outputs, None if one does not say it.

    An output says it by `resolution`. One without pictures, such as of sound, needs none.
    """
    each: list[object] = list(outputs)
    sizes = [output.resolution for output in each if isinstance(output, FrameSizing)]
    told = [size for size in sizes if size is not None]
    return max(told, default=None) if len(told) == len(sizes) else None
