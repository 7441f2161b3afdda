"""Several sources that are shown one after the other, as one: its facts follow from those of its parts. Pure.

    parts        a: 0 ─────── 10 s        b: 2 ──── 5 s      a again: 0 ── 4 s
                 bytes 0..900             bytes 900..1500    bytes 0..900
    as one       0 ───────────────── 10 ─────────── 13 ───────────── 17 s

The bytes of different sources lie one behind the other in one file; a source that is shown twice is in it once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from filmstrip.domain.errors import OutputError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import MediaInfo, Piece, VideoStream


@dataclass(frozen=True, slots=True)
class StitchedPart:
    """A stretch of a source.

    Attributes:
        name: What the client calls it, such as "stitch[1]".
        info: What the whole source holds.
        first_byte: Where it lies in the file of all.
        end_byte: The first byte behind it.
        start_seconds: Where the stretch begins, from the source's own start.
        duration_seconds: How long it is, None for all the rest.
    """

    name: str
    info: MediaInfo
    first_byte: int
    end_byte: int
    start_seconds: Fraction = Fraction(0)
    duration_seconds: Fraction | None = None


def stitched(parts: Sequence[StitchedPart]) -> MediaInfo:
    """Describe sources that are shown one after the other as one source.

    Raises:
        OutputError: A stretch begins behind the end of its source, or some sources have pictures and others none.
    """
    _demand_likeness(parts)
    pieces = tuple(piece for part in parts for piece in _pieces(part))
    first, sound = parts[0].info, next((part.info for part in parts if part.info.sound is not None), None)
    return MediaInfo(
        container=first.container,
        duration_seconds=sum((piece.duration_seconds for piece in pieces), Fraction(0)),
        start_seconds=Fraction(0),
        size_bytes=max(part.end_byte for part in parts),
        video=None if first.video is None else _video(parts, first.video),
        audio=() if sound is None or sound.sound is None else (replace(sound.sound, end_seconds=None),),
        warnings=tuple(dict.fromkeys(_warnings(parts))),
        pieces=pieces,
        sound_index=None if sound is None or sound.sound is None else sound.sound.index,
    )


def _demand_likeness(parts: Sequence[StitchedPart]) -> None:
    shows = {part.info.video is not None for part in parts}
    if len(shows) > 1:
        blind = next(part.name for part in parts if part.info.video is None)
        raise OutputError(f"{blind}: has no video, and others of the stitched sources do; give it one, or leave it out")
    for part in parts:
        if part.start_seconds >= part.info.duration_seconds:
            raise OutputError(
                f"{part.name}.start_time: {float(part.start_seconds):g} is not before the end of the source, "
                f"{float(part.info.duration_seconds):.3f} s"
            )


def _video(parts: Sequence[StitchedPart], first: VideoStream) -> VideoStream:
    """Describe the pictures of all: as those of the first, in a frame that the largest of each shape fits in."""
    shown = {part.info.require_video().display_size for part in parts}
    frame = FrameSize(max(size.width for size in shown), max(size.height for size in shown))
    return replace(first, duration_seconds=None, frame_size=frame, has_alpha=any(map(_has_alpha, parts)))


def _has_alpha(part: StitchedPart) -> bool:
    return part.info.require_video().has_alpha


def _warnings(parts: Sequence[StitchedPart]) -> Iterator[str]:
    for part in parts:
        for warning in part.info.warnings:
            yield f"{part.name}: {warning}"
        end = part.start_seconds + (part.duration_seconds or 0)
        if part.duration_seconds is not None and end > part.info.duration_seconds:
            yield (
                f"{part.name}: the source ends at {float(part.info.duration_seconds):.3f} s, before the end of the "
                f"stretch that was asked for, {float(end):g} s"
            )


def _pieces(part: StitchedPart) -> Iterator[Piece]:
    """Yield what is shown of a part: of one whose own clock jumps, what lies in the stretch of each of its pieces."""
    begin = part.start_seconds
    end = part.info.duration_seconds
    if part.duration_seconds is not None:
        end = min(end, begin + part.duration_seconds)
    for piece, placed in _own_pieces(part):
        first, last = max(begin, placed), min(end, placed + piece.duration_seconds)
        if first < last:
            skipped = first - placed
            yield replace(
                piece,
                first_byte=part.first_byte + piece.first_byte,
                end_byte=part.first_byte + piece.end_byte,
                start_seconds=piece.start_seconds + skipped,
                lead_seconds=piece.lead_seconds + skipped,
                duration_seconds=last - first,
                own=replace(part.info, pieces=()),
            )


def _own_pieces(part: StitchedPart) -> list[tuple[Piece, Fraction]]:
    info = part.info
    if info.pieces:
        return info.placed_pieces()
    whole = Piece(
        first_byte=0,
        end_byte=part.end_byte - part.first_byte,
        start_seconds=info.start_seconds,
        duration_seconds=info.duration_seconds,
        video_index=info.video.index if info.video else 0,
        lead_seconds=info.lead_seconds,
        sound_index=info.sound.index if info.sound else None,
        time_base=info.video.time_base if info.video else None,
    )
    return [(whole, Fraction(0))]
