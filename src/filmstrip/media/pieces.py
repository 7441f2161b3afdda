"""How is a source sampled whose clock jumps? Piece by piece, as sources of their own, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, pairwise

from av.container import InputContainer

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.domain.media_info import Piece
from filmstrip.media.clock_jumps import find_clock_jumps
from filmstrip.media.container import find_video_stream, open_container
from filmstrip.media.extent import find_extent, find_video_end
from filmstrip.media.header_bytes import size_of
from filmstrip.media.sample_job import Renderer, ResultT, SampleJob
from filmstrip.media.sampling import Sample, Target
from filmstrip.media.source import MediaSource, part_of

_JOINABLE = {"mpegts", "mpeg"}
# Sound is cut in larger steps than pictures: where it lasts a little longer, the next piece follows the pictures.
_LONGEST_OVERHANG = Fraction(1, 4)


def find_pieces(source: MediaSource, container: InputContainer) -> tuple[Piece, ...]:
    """Find the pieces of a source between whose clocks there are jumps; none if there is no jump.

    A piece that cannot be read by itself, or holds no video, is left out.

    Args:
        source: The bytes.
        container: The same, open.
    """
    # Each of several programs has a clock of its own.
    is_one_program = len(container.streams.video) == 1
    jumps = find_clock_jumps(source) if container.format.name in _JOINABLE and is_one_program else []
    if not jumps:
        return ()
    found = (_piece(source, start, end) for start, end in pairwise([0, *jumps, size_of(source)]))
    return tuple(piece for piece in found if piece is not None)


def _piece(source: MediaSource, start: int, end: int) -> Piece | None:
    part = part_of(source, start, end)
    with suppress(SourceUnreadableError), open_container(part) as container:
        stream = find_video_stream(container)
        if stream is not None:
            extent = find_extent(container, stream, part)
            pictures_end = find_video_end(container, stream, extent)
            is_followed = end < size_of(source) and extent.end - pictures_end <= _LONGEST_OVERHANG
            duration = (pictures_end if is_followed else extent.end) - extent.start
            return Piece(start, end, extent.start, duration, stream.index)
    return None


def jobs_of_pieces(
    job: SampleJob[ResultT], targets: Sequence[Target]
) -> Iterator[tuple[SampleJob[ResultT], list[Target]]]:
    """Share a job out over the pieces of its source, each with the targets that it has to show."""
    begins = list(accumulate((piece.duration_seconds for piece in job.info.pieces), initial=Fraction(0)))
    ends = [*begins[1:-1], None]
    for piece, begin, end in zip(job.info.pieces, begins, ends, strict=False):
        inside = [
            Target(target.index, target.seconds - begin)
            for target in targets
            if begin <= target.seconds and (end is None or target.seconds < end)
        ]
        if inside:
            yield _job_of_piece(job, piece, begin), inside


def _job_of_piece(job: SampleJob[ResultT], piece: Piece, begin: Fraction) -> SampleJob[ResultT]:
    info = replace(
        job.info,
        pieces=(),
        start_seconds=piece.start_seconds,
        duration_seconds=piece.duration_seconds,
        video=replace(job.video, index=piece.video_index),
    )

    def new_renderer() -> Renderer[ResultT]:
        render = job.new_renderer()
        return lambda sample: render(_later(sample, begin))

    source = part_of(job.source, piece.first_byte, piece.end_byte)
    return replace(job, source=source, info=info, new_renderer=new_renderer)


def _later(sample: Sample, seconds: Fraction) -> Sample:
    """Count the times of a sample from an earlier moment."""
    stamp = replace(
        sample.stamp,
        requested_seconds=sample.stamp.requested_seconds + seconds,
        actual_seconds=sample.stamp.actual_seconds + seconds,
    )
    return Sample(Target(sample.target.index, sample.target.seconds + seconds), sample.frame, stamp)
