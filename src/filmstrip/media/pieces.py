"""How is a source sampled whose clock jumps? Piece by piece, as sources of their own, one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, pairwise

import av
from av.container import InputContainer

from filmstrip.domain.errors import LimitExceededError, SourceUnreadableError
from filmstrip.domain.media_info import MediaInfo, Piece
from filmstrip.media.clock_jumps import TooManyJumpsError, find_clock_jumps
from filmstrip.media.container import check_pixels, find_video_stream, open_container
from filmstrip.media.extent import find_extent, find_video_end
from filmstrip.media.first_picture import first_picture
from filmstrip.media.flv_tags import restarts
from filmstrip.media.fragment_restarts import end_at_restarts, left_out_behind
from filmstrip.media.header_bytes import size_of
from filmstrip.media.join_graph import JoinedPart
from filmstrip.media.joints import find_joints
from filmstrip.media.program_changes import find_program_changes, videos_at_start
from filmstrip.media.sample_job import Renderer, ResultT, SampleJob
from filmstrip.media.sampling import Sample, Target
from filmstrip.media.settings import MediaSettings
from filmstrip.media.sound_choice import find_sound
from filmstrip.media.source import LocalFile, MediaSource, part_of
from filmstrip.media.track_labels import read_track_labels

_JOINABLE = {"mpegts", "mpeg"}
_PIECES_AT_ONCE = 4
_MOST_JOINED = 50
# Sound is cut in larger steps than pictures: where it lasts a little longer, the next piece follows the pictures.
_LONGEST_OVERHANG = Fraction(1, 4)


_NOT_TAKEN_APART = (
    "the times of the source start anew in its middle: it is several recordings, of which parts are missing or mixed "
    "up; give each in a file of its own to see all of them"
)


@dataclass(frozen=True, slots=True)
class FoundPieces:
    """What was found of a source whose clock jumps.

    Attributes:
        pieces: Its pieces; empty if they could not be told apart.
        warnings: What had to give, one sentence each.
    """

    pieces: tuple[Piece, ...]
    warnings: tuple[str, ...]


def find_pieces(source: MediaSource, container: InputContainer, settings: MediaSettings) -> FoundPieces | None:
    """Find the pieces of a source between whose clocks there are jumps; None if there is no jump.

    A piece without a picture that can be decoded is left out, and told.

    Args:
        source: The bytes.
        container: The same, open.
        settings: For the largest picture that is decoded.

    Raises:
        LimitExceededError: The pictures of a piece are larger than `settings.max_pixels`.
    """
    try:
        jumps = _find_starts(source, container)
    except TooManyJumpsError:
        return FoundPieces((), ("the clock of the source jumps too often to be followed: its times may be wrong",))
    if not jumps and container.format.name == "flv" and restarts(source):
        return FoundPieces((), (_NOT_TAKEN_APART,))
    joined = list(pairwise([0, *jumps, size_of(source)]))
    bounds = end_at_restarts(source, joined) if "mov" in container.format.name else joined
    if len(bounds) == 1 and bounds == joined:
        return None
    with ThreadPoolExecutor(_PIECES_AT_ONCE) as pool:
        found = list(pool.map(lambda bound: _piece(source, bound[0], bound[1], settings), bounds))
    pieces = tuple(piece for piece in found if piece is not None)
    return FoundPieces(pieces, tuple(_what_gave(joined, bounds, len(pieces))))


def _what_gave(joined: list[tuple[int, int]], bounds: list[tuple[int, int]], shown: int) -> Iterator[str]:
    if len(bounds) > 1:
        yield f"the clock of the source jumps: it is {len(bounds)} pieces, which are shown one after the other"
    if shown < len(bounds):
        left_out = len(bounds) - shown
        yield f"{left_out} of the pieces of the source without a picture that can be decoded are left out"
    yield from left_out_behind(joined, bounds)


def _find_starts(source: MediaSource, container: InputContainer) -> list[int]:
    if container.format.name not in _JOINABLE:
        return find_joints(source, container.format.name)
    is_local_transport = container.format.name == "mpegts" and isinstance(source, LocalFile)
    videos = len(videos_at_start(source)) if is_local_transport and isinstance(source, LocalFile) else 0
    # Each of several programs has a clock of its own.
    if (videos or len(container.streams.video)) != 1:
        return []
    changes = find_program_changes(source) if isinstance(source, LocalFile) and videos else []
    # What begins with other video begins a new clock as well, or goes on with the old one.
    return sorted({*find_clock_jumps(source), *changes})


def is_read_on(info: MediaInfo) -> bool:
    """Check whether ffmpeg can read on from a piece of a source to the next, in the same stream."""
    is_alike = len({piece.kind for piece in info.pieces}) <= 1
    return info.container in _JOINABLE and (is_alike or len(info.pieces) > _MOST_JOINED)


def is_listed(info: MediaInfo) -> bool:
    """Check whether the pieces are too many to be read at the same time, and alike enough for a list of them."""
    alike = {(piece.kind, piece.video_index, piece.sound_index) for piece in info.pieces}
    return len(info.pieces) > _MOST_JOINED and not is_read_on(info) and len(alike) == 1


def joined_parts(info: MediaInfo, source: LocalFile) -> tuple[JoinedPart, ...]:
    """List the pieces as files of their own where ffmpeg cannot read one after the other; else none.

    Raises:
        LimitExceededError: They are too many to be read at the same time.
    """
    if is_read_on(info) or is_listed(info):
        return ()
    if len(info.pieces) > _MOST_JOINED:
        raise LimitExceededError(
            f"The source is made of {len(info.pieces)} recordings of different kinds, of which a video of at most "
            f"{_MOST_JOINED} can be made"
        )
    return tuple(
        JoinedPart(
            LocalFile(source.path, (piece.first_byte, piece.end_byte)),
            piece.video_index,
            piece.sound_index,
            piece.lead_seconds,
            piece.duration_seconds,
        )
        for piece in info.pieces
    )


def _piece(source: MediaSource, start: int, end: int, settings: MediaSettings) -> Piece | None:
    part = part_of(source, start, end)
    with suppress(SourceUnreadableError), open_container(part) as container:
        stream = find_video_stream(container)
        if stream is None:
            return None
        check_pixels(stream, settings)
        first_picture(container, stream)
        extent = find_extent(container, stream, part)
        pictures_end = find_video_end(container, stream, part, extent)
        is_followed = end < size_of(source) and extent.end - pictures_end <= _LONGEST_OVERHANG
        duration = (pictures_end if is_followed else extent.end) - extent.start
        lead = extent.start - Fraction(container.start_time or 0, av.time_base)
        sound = find_sound(container, stream, part, read_track_labels(part, container.format.name)).chosen
        kind = f"{stream.codec_context.name} {stream.id}"
        return Piece(start, end, extent.start, duration, stream.index, lead, sound, stream.time_base, kind)
    return None


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
    info = replace(
        job.info,
        pieces=(),
        start_seconds=piece.start_seconds,
        duration_seconds=piece.duration_seconds,
        video=replace(job.video, index=piece.video_index, time_base=piece.time_base or job.video.time_base),
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
