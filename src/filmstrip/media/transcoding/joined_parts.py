"""The files, one behind the other in a source, that ffmpeg reads at the same time, each as an input."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.errors import LimitExceededError
from filmstrip.domain.media_info import MediaInfo, Piece
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.timeline.pieces import MOST_JOINED, is_listed, is_read_on
from filmstrip.media.timeline.shown_picture import shown_since


@dataclass(frozen=True, slots=True)
class JoinedPart:
    """One of the files.

    Attributes:
        source: Where it lies in the source.
        video_index: Number of its video stream.
        sound_index: Number of its audio stream, None for silence.
        lead_seconds: For how long there is something else before its first moment.
        duration_seconds: For how long it is played.
        shown_seconds: For how long the picture has been on screen already that is shown at its first moment.
    """

    source: LocalFile
    video_index: int
    sound_index: int | None
    lead_seconds: Fraction
    duration_seconds: Fraction
    shown_seconds: Fraction = Fraction(0)


def joined_parts(info: MediaInfo, source: LocalFile) -> tuple[JoinedPart, ...]:
    """List the pieces as files of their own where ffmpeg cannot read one after the other; else none.

    Raises:
        LimitExceededError: They are too many to be read at the same time.
    """
    if is_read_on(info) or is_listed(info):
        return ()
    if len(info.pieces) > MOST_JOINED:
        raise LimitExceededError(
            f"The source is made of {len(info.pieces)} recordings of different kinds, of which a video of at most "
            f"{MOST_JOINED} can be made"
        )
    return tuple(_joined(piece, source.within(piece.first_byte, piece.end_byte)) for piece in info.pieces)


def _joined(piece: Piece, file: LocalFile) -> JoinedPart:
    shown: Fraction | None = None
    if piece.own is not None and piece.own.video is not None and piece.start_seconds > piece.own.start_seconds:
        shown = shown_since(file, piece.video_index, piece.start_seconds)
    shown_seconds = Fraction(0) if shown is None else piece.start_seconds - shown
    return JoinedPart(
        file, piece.video_index, piece.sound_index, piece.lead_seconds, piece.duration_seconds, shown_seconds
    )
