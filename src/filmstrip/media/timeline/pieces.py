"""The pieces of a source whose clock jumps: where each begins and ends, and how ffmpeg can read them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
from av.container import InputContainer

from filmstrip.domain.container_kind import Layout
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import MediaInfo, Piece, VideoStream
from filmstrip.media.containers.flv_tags import restarts
from filmstrip.media.containers.fragments.fragment_restarts import end_at_restarts, left_out_behind
from filmstrip.media.containers.kinds import kind_of
from filmstrip.media.containers.opening import check_pixels, find_video_stream, open_container
from filmstrip.media.containers.sound_choice import find_sound
from filmstrip.media.containers.track_labels import read_track_labels
from filmstrip.media.frames.shape import as_decoded
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.header_bytes import size_of
from filmstrip.media.source.media_source import LocalFile, MediaSource, part_of
from filmstrip.media.timeline.clock_jumps import TooManyJumpsError, find_clock_jumps
from filmstrip.media.timeline.extent import find_extent, find_video_end
from filmstrip.media.timeline.first_picture import first_picture
from filmstrip.media.timeline.joints import find_joints
from filmstrip.media.timeline.program_changes import find_program_changes, videos_at_start

_PIECES_AT_ONCE = 4
MOST_JOINED = 50
"""So many pieces are read by ffmpeg at the same time at most."""
# Sound is cut in larger steps than pictures: where it lasts a little longer, the next piece follows the pictures.
_LONGEST_OVERHANG = Fraction(1, 4)


_NOT_TAKEN_APART = (
    "The times of the source start again in its middle: it is several recordings, of which parts are missing or mixed "
    "up; give each in a file of its own to see all of them"
)


@dataclass(frozen=True, slots=True)
class FoundPieces:
    """What was found of a source whose clock jumps.

    Attributes:
        pieces: Its pieces; empty if they could not be told apart.
        warnings: Compromises, one sentence each.
        sizes: Of their first pictures, upright with square pixels.
    """

    pieces: tuple[Piece, ...]
    warnings: tuple[str, ...]
    sizes: frozenset[FrameSize] = frozenset()


def find_pieces(
    source: MediaSource, container: InputContainer, video: VideoStream, settings: MediaSettings
) -> FoundPieces | None:
    """Find the pieces of a source between whose clocks there are jumps; None if there is no jump.

    A piece without a picture that can be decoded is left out, and told.

    Args:
        source: The bytes.
        container: The same, open.
        video: What its first picture tells.
        settings: For the largest picture that is decoded.

    Raises:
        LimitExceededError: The pictures of a piece are larger than `settings.max_pixels`.
    """
    try:
        jumps = _find_starts(source, container)
    except TooManyJumpsError:
        return FoundPieces((), ("The clock of the source jumps too often to be followed: its times may be wrong",))
    kind = kind_of(container)
    if not jumps and kind.layout is Layout.FLV_TAGS and restarts(source):
        return FoundPieces((), (_NOT_TAKEN_APART,))
    joined = list(pairwise([0, *jumps, size_of(source)]))
    bounds = end_at_restarts(source, joined) if kind.layout is Layout.ISO_BOXES else joined
    if len(bounds) == 1 and bounds == joined:
        return None
    with ThreadPoolExecutor(_PIECES_AT_ONCE) as pool:
        looked_at = pool.map(lambda bound: _piece(source, bound[0], bound[1], video, settings), bounds)
        found = [piece for piece in looked_at if piece is not None]
    warnings = tuple(_compromises(joined, bounds, len(found)))
    return FoundPieces(tuple(piece for piece, _ in found), warnings, frozenset(size for _, size in found))


def _compromises(joined: list[tuple[int, int]], bounds: list[tuple[int, int]], shown: int) -> Iterator[str]:
    if len(bounds) > 1:
        yield f"The clock of the source jumps: it is {len(bounds)} pieces, which are shown one after the other"
    if shown < len(bounds):
        left_out = len(bounds) - shown
        yield f"{left_out} of the pieces of the source without a picture that can be decoded are left out"
    yield from left_out_behind(joined, bounds)


def _find_starts(source: MediaSource, container: InputContainer) -> list[int]:
    kind = kind_of(container)
    if not kind.may_be_joined:
        return find_joints(source, kind)
    is_local_transport = kind.has_programs and isinstance(source, LocalFile)
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
    return not info.is_stitched and info.kind.may_be_joined and (is_alike or len(info.pieces) > MOST_JOINED)


def is_listed(info: MediaInfo) -> bool:
    """Check whether the pieces are too many to be read at the same time, and alike enough for a list of them."""
    alike = {(piece.kind, piece.video_index, piece.sound_index) for piece in info.pieces}
    is_long = len(info.pieces) > MOST_JOINED and not info.is_stitched
    return is_long and not is_read_on(info) and len(alike) == 1


def _piece(
    source: MediaSource, start: int, end: int, video: VideoStream, settings: MediaSettings
) -> tuple[Piece, FrameSize] | None:
    part = part_of(source, start, end)
    with suppress(SourceUnreadableError), open_container(part) as container:
        stream = find_video_stream(container)
        if stream is None:
            return None
        check_pixels(stream, settings)
        size = as_decoded(video, first_picture(container, stream)).display_size
        extent = find_extent(container, stream, part)
        pictures_end = find_video_end(container, stream, part, extent)
        is_followed = end < size_of(source) and extent.end - pictures_end <= _LONGEST_OVERHANG
        duration = (pictures_end if is_followed else extent.end) - extent.start
        lead = extent.start - Fraction(container.start_time or 0, av.time_base)
        sound = find_sound(container, stream, part, read_track_labels(part, kind_of(container))).chosen
        kind = f"{stream.codec_context.name} {stream.id}"
        return Piece(start, end, extent.start, duration, stream.index, lead, sound, stream.time_base, kind), size
    return None
