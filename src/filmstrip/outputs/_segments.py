"""Cuts a long video into segments that are encoded apart and joined without a seam. Pure.

    result   0 ───────┬────────┬────────┬──── end      at frames of a constant rate, and at keyframes that are asked for
    groups   sound, segment 1 … segment n, and what joins them

Only what comes out the same is cut: each bit follows from its pictures, none from a budget that is kept over the whole.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from filmstrip.domain.artifact import SCRATCH_PREFIX
from filmstrip.domain.clocks import HALF_MILLISECOND
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.transcoding.muxers.segment import MOST_SCALE, SEGMENT_CODECS
from filmstrip.outputs._base import Group, OutputPlan, Segment

if TYPE_CHECKING:
    from filmstrip.outputs._video import VideoOutput  # which plans by this module

SOUND_GROUP = "sound"
SOUND_PREFIX = f"{SCRATCH_PREFIX}{SOUND_GROUP}."
"""Begins the name of the file that has the sound."""
_LEAST_SEGMENTS = 2
_MILLISECOND = Fraction(1, 1000)
# Of the time to the frame before it: what is rounded to frames is still the right one.
_BEFORE_FRAME = Fraction(1, 4)


@dataclass(frozen=True, slots=True)
class _Cut:
    seconds: Fraction
    threshold: Fraction


def plan_segments(
    output: VideoOutput, plan: OutputPlan, info: MediaInfo, segment_seconds: Fraction, *, upscale: bool
) -> OutputPlan | None:
    """Plan a video in segments.

    Args:
        output: The video.
        plan: How it is made in one piece.
        info: What the source holds.
        segment_seconds: About how long a segment is.
        upscale: Whether it may become larger than its source.

    Returns:
        None if it is made in one piece: it is short, or is no such video, or its source none.
    """
    step = _step(output, info, segment_seconds, upscale=upscale)
    if step is None or not _can_be_cut(output, info):
        return None
    count = math.floor(_picture_seconds(output, info) / step + Fraction(1, 2))
    if count < _LEAST_SEGMENTS:
        return None
    cuts = [_cut(output, info, number * step, upscale=upscale) for number in range(1, count)]
    sound = Group(SOUND_GROUP, (f"{SOUND_PREFIX}{output.muxer.name}",), needs_all=False, is_scratch=True)
    pieces = [
        *([] if info.sound is None else [sound]),
        *_segments(cuts, output.keyframe.seconds if output.keyframe else None),
    ]
    names = tuple(name for piece in pieces for name in piece.artifact_names)
    (whole,) = plan.groups
    joined = Group(whole.name, whole.artifact_names, needs_source=False, joins=names)
    return OutputPlan((*pieces, joined), plan.warnings)


def _segments(cuts: Sequence[_Cut], grid: Fraction | None) -> list[Group]:
    ends: list[_Cut | None] = [None, *cuts, None]
    return [_segment(start, end, grid) for start, end in itertools.pairwise(ends)]


def _segment(start: _Cut | None, end: _Cut | None, grid: Fraction | None) -> Group:
    # Named by its time: what a service with another setting has left is not taken for it.
    name = f"segment-{_milliseconds(start)}-{_milliseconds(end) if end else 'end'}"
    segment = Segment(
        None if start is None else start.threshold,
        None if end is None else end.threshold,
        grid,
    )
    return Group(name, (f"{SCRATCH_PREFIX}{name}.mp4",), needs_all=False, is_scratch=True, segment=segment)


def _milliseconds(cut: _Cut | None) -> int:
    return 0 if cut is None else round(cut.seconds * 1000)


def _can_be_cut(output: VideoOutput, info: MediaInfo) -> bool:
    video = info.require_video()
    is_exact = video.has_true_times and video.time_base.numerator == 1 and video.time_base.denominator <= MOST_SCALE
    is_one = info.kind.lists_keyframes and not info.pieces and info.size_bytes is not None
    encoder = output.video_encoder
    return is_exact and is_one and encoder.codec in SEGMENT_CODECS and encoder.spends_by_quality(output)


def _picture_seconds(output: VideoOutput, info: MediaInfo) -> Fraction:
    """Return for how long there are pictures, as far as the source tells: its sound may be longer."""
    video, span = info.require_video(), output.range_of(info.duration_seconds)
    if video.duration_seconds is None:
        return span.duration
    end = video.start_pts * video.time_base + video.duration_seconds - info.start_seconds
    return max(Fraction(0), min(span.end, end) - span.start)


def _rate(output: VideoOutput, info: MediaInfo, *, upscale: bool) -> Fraction | None:
    return output.picture(info, upscale=upscale).frame_rate


def _step(output: VideoOutput, info: MediaInfo, segment_seconds: Fraction, *, upscale: bool) -> Fraction | None:
    """Return how long a segment is: whole frames of a constant rate, or whole intervals of keyframes."""
    rate, interval = _rate(output, info, upscale=upscale), output.keyframe
    if interval is None:
        unit = _MILLISECOND if rate is None else 1 / rate
    elif interval.frames is None:
        unit = interval.seconds or Fraction(0)
    else:
        # Of a rate that varies, nobody knows where they will be.
        unit = Fraction(0) if rate is None else interval.frames / rate
    return max(1, round(segment_seconds / unit)) * unit if unit else None


def _cut(output: VideoOutput, info: MediaInfo, seconds: Fraction, *, upscale: bool) -> _Cut:
    rate = _rate(output, info, upscale=upscale)
    threshold = seconds - HALF_MILLISECOND
    if rate is not None:
        # A frame that is forced to be a keyframe is the first one from its moment on.
        threshold = (math.ceil(threshold * rate) - _BEFORE_FRAME) / rate
    return _Cut(seconds, threshold)
