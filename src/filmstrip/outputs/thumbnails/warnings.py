"""What is told of finished thumbnails: pictures that show another frame than the one of their time, and why."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.timing import Precision
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs._substitutes import MOST_TOLD_ONE_BY_ONE, count_substitutes, further_warnings, warning_of
from filmstrip.outputs._video_end import early_end_warnings


class SubstituteTeller:
    """Warns of each frame that could not be decoded, up to a number that people still read. For several threads."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._numbers = itertools.count(
            bench.rendering.substitutes_before + count_substitutes(bench.rendering.finished.values())
        )

    def tell(self, stamp: FrameStamp) -> None:
        """Warn of a picture if it shows a substitute."""
        if stamp.is_substitute and next(self._numbers) < MOST_TOLD_ONE_BY_ONE:
            self._bench.warn(warning_of(stamp))


def series_warnings(frames: Sequence[FrameStamp], info: MediaInfo, precision: Precision) -> Iterator[str]:
    """Return what is to be said of a whole series.

    Args:
        frames: The frame of each image, in order.
        info: What the source holds.
        precision: How near a frame had to be.
    """
    yield from further_warnings([frame for frame in frames if frame.is_substitute])
    yield from early_end_warnings(frames, info, precision, "images")
