"""Judges whether a source held the frames of a moving picture: damage is a warning, a source that breaks off is not."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.timing import TimeRange
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import Target
from filmstrip.media.transcoding.promise import Promise, broken_off
from filmstrip.outputs._moving_picture import MovingPicture
from filmstrip.outputs._rendering import Workbench


def require_source(output: MovingPicture, bench: Workbench, frames: Sequence[FrameStamp]) -> None:
    """Make sure that the source's video goes on to the end of the clip, as it has to for encoded videos.

    Args:
        output: What is made.
        bench: What it is made with.
        frames: The frames that were taken, by the moments that were asked for.

    Raises:
        SourceUnreadableError: It breaks off before, and its last good picture would stand still from there on.
    """
    if not frames[-1].is_substitute:
        return
    info = bench.rendering.info
    span = output.span(info)
    # The end of the film tells damage at the end of the clip from a film that has no more.
    last = _last_frame(bench)
    end = max(last.actual_seconds, *(frame.actual_seconds for frame in frames))
    if last.is_substitute and end < span.end - _tolerance(bench, span):
        raise broken_off(end, info.duration_seconds)


def _last_frame(bench: Workbench) -> FrameStamp:
    info = bench.rendering.info
    job = SampleJob(bench.source, info, lambda _video: lambda sample: sample.stamp)
    (stamp,) = sample_frames(job, [Target(0, info.duration_seconds)], threads=bench.settings.threads)
    return stamp


def _tolerance(bench: Workbench, span: TimeRange) -> Fraction:
    info = bench.rendering.info
    joints = max(0, len(info.pieces) - 1)
    rate = info.require_video().frame_rate
    return Promise(
        span, ends_early=False, source_seconds=info.duration_seconds, frame_rate=rate, joints=joints
    ).tolerance_seconds
