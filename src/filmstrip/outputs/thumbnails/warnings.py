"""What is told of finished thumbnails: pictures that show another frame than the one of their time, and why."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.timing import Precision
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs._substitutes import MOST_TOLD_ONE_BY_ONE, count_substitutes, further_warnings, warning_of

_CLEARLY_SECONDS = Fraction(1, 2)


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
    late = list(_shown_late(frames, info, precision))
    if late:
        yield (
            f"The video ends before the presentation does: from {float(late[0].requested_seconds):.3f} s on, "
            f"images show its last picture, the one at {float(late[0].actual_seconds):.3f} s"
        )


def _shown_late(frames: Sequence[FrameStamp], info: MediaInfo, precision: Precision) -> Iterator[FrameStamp]:
    """Find the images whose time lies behind the last picture, if that ends clearly before the presentation."""
    end = _video_end(frames[-1].actual_seconds, info, precision)
    if end is not None and end < info.duration_seconds - _CLEARLY_SECONDS:
        yield from (frame for frame in frames if frame.requested_seconds >= end and not frame.is_substitute)


def _video_end(last_shown: Fraction, info: MediaInfo, precision: Precision) -> Fraction | None:
    """Return when the video ends; the header's word counts if it can be true."""
    video = info.require_video()
    if video.duration_seconds is not None:
        told = video.start_pts * video.time_base - info.start_seconds + video.duration_seconds
        if told > last_shown:
            return told
    # Inexact pictures do not tell where the exact ones end.
    frame_seconds = 1 / video.frame_rate if video.frame_rate else Fraction(0)
    return last_shown + max(_CLEARLY_SECONDS, 2 * frame_seconds) if precision.is_exact else None
