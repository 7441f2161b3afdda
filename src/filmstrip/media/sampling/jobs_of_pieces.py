"""Samples a source whose clock jumps: piece by piece, as sources of their own, one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

from filmstrip.domain.media_info import MediaInfo, Piece, VideoStream
from filmstrip.media.sampling.sample_job import Renderer, ResultT, SampleJob
from filmstrip.media.sampling.targets import Sample, Target
from filmstrip.media.source.media_source import part_of


def jobs_of_pieces(
    job: SampleJob[ResultT], targets: Sequence[Target]
) -> Iterator[tuple[SampleJob[ResultT], list[Target]]]:
    """Share a job out over the pieces of its source, each with the targets that it has to show."""
    placed = job.info.placed_pieces()
    begins = [begin for _, begin in placed]
    in_order = sorted(targets, key=lambda target: target.seconds)
    for number, inside in groupby(in_order, key=lambda target: max(0, bisect_right(begins, target.seconds) - 1)):
        piece, begin = placed[number]
        yield _job_of_piece(job, piece, begin), [Target(target.index, target.seconds - begin) for target in inside]


def _job_of_piece(job: SampleJob[ResultT], piece: Piece, begin: Fraction) -> SampleJob[ResultT]:
    def new_renderer(video: VideoStream) -> Renderer[ResultT]:
        render = job.new_renderer(video)
        return lambda sample: render(_later(sample, begin))

    source = part_of(job.source, piece.first_byte, piece.end_byte)
    return replace(job, source=source, info=info_of_piece(job.info, piece), new_renderer=new_renderer)


def info_of_piece(info: MediaInfo, piece: Piece) -> MediaInfo:
    """Describe a piece as a source of its own, whose pictures are shown in the frame of the whole."""
    own, whole = piece.own or info, info.require_video()
    video = own.require_video()
    content = own.content_seconds
    return replace(
        own,
        pieces=(),
        start_seconds=piece.start_seconds,
        duration_seconds=piece.duration_seconds,
        content_seconds=None if content is None else content + own.start_seconds - piece.start_seconds,
        video=replace(
            video,
            index=piece.video_index,
            time_base=piece.time_base or video.time_base,
            frame_size=video.frame_size if piece.own is None else whole.display_size,
        ),
    )


def _later(sample: Sample, seconds: Fraction) -> Sample:
    """Count the times of a sample from an earlier moment."""
    stamp = replace(
        sample.stamp,
        requested_seconds=sample.stamp.requested_seconds + seconds,
        actual_seconds=sample.stamp.actual_seconds + seconds,
    )
    return Sample(Target(sample.target.index, sample.target.seconds + seconds), sample.frame, stamp)
