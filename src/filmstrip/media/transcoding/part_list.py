"""A list by which ffmpeg reads hundreds of files that lie one behind the other, one at a time, as one stream.

Each as an input of its own would be open, with a decoder, from the beginning to the end: some megabytes each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.domain.media_info import Piece
from filmstrip.media.containers.kinds import FORMATS
from filmstrip.media.containers.opening import local_address
from filmstrip.media.source.media_source import LocalFile

_LINE_ENDS = "\n\r\0"


def write_part_list(path: Path, source: LocalFile, pieces: Sequence[Piece]) -> None:
    """Write a list for ffmpeg's demuxer `concat` (version 1.0 of its format).

    Args:
        path: The list.
        source: The file that all of them lie in.
        pieces: Where they lie, and for how long each is played.

    Raises:
        SourceUnreadableError: The file's path has a line break, for which the format of the list has no writing: what
            follows it would be a line of its own, which may name another file.
    """
    if any(character in local_address(source) for character in _LINE_ENDS):
        raise SourceUnreadableError(
            f"A video of {len(pieces)} recordings that lie in one file cannot be made where the file's path has a line "
            "break: give the file another name"
        )
    path.write_text("".join(_lines(source, pieces)), encoding="utf-8", errors="surrogateescape")


def _lines(source: LocalFile, pieces: Sequence[Piece]) -> Iterator[str]:
    yield "ffconcat version 1.0\n"
    # Each is placed by its first packet, which may come before its first picture.
    leads = [piece.lead_seconds for piece in pieces]
    steps = [now - later for now, later in pairwise([*leads, leads[-1]])]
    for piece, step in zip(pieces, steps, strict=True):
        address = local_address(source.within(piece.first_byte, piece.end_byte))
        yield f"file {_quoted(address)}\n"
        yield f"duration {float(piece.duration_seconds + step):.6f}\n"
        # What lies in the source may be no list itself, which could name other files.
        yield f"option format_whitelist {_quoted(FORMATS)}\n"


def _quoted(text: str) -> str:
    """Quote as libavutil does (`av_get_token`)."""
    return "'" + text.replace("'", "'\\''") + "'"
