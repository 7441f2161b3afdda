"""The warning that a video ends before its presentation does, so that its last picture is shown again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.timing import Precision

_CLEARLY_SECONDS = Fraction(1, 2)


def early_end_warnings(
    frames: Sequence[FrameStamp], info: MediaInfo, precision: Precision, shown_by: str
) -> Iterator[str]:
    """Return what is to be said where the last picture stands in for ones that the video does not have.

    Args:
        frames: The frames that are shown, at least one, by the moments that were asked for.
        info: What the source holds.
        precision: How near a frame had to be.
        shown_by: What shows them, such as "images".
    """
    late = next(_shown_late(frames, info, precision), None)
    if late is not None:
        yield (
            f"The video ends before the presentation does: from {float(late.requested_seconds):.3f} s on, "
            f"{shown_by} show its last picture, the one at {float(late.actual_seconds):.3f} s"
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
