"""Finds where in a source its sample descriptions lie, for facts that libav does not hand out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from filmstrip.media.source.iso_boxes import Box, walk_boxes
from filmstrip.media.source.media_source import LocalFile, MediaSource

_HEADER_BYTES = 1 << 20
_MOST_BOXES = 64
_MOST_CHILDREN = 1000


def size_of(source: MediaSource) -> int:
    """Return the length of any source in bytes."""
    if not isinstance(source, LocalFile):
        return source.size_bytes
    return source.path.stat().st_size if source.part is None else source.part[1] - source.part[0]


def read_bytes(source: MediaSource, start: int, end: int) -> bytes:
    """Read a half-open range of bytes of any source; shorter at its end."""
    if not isinstance(source, LocalFile):
        return source.read_range(start, min(end, source.size_bytes))
    first, last = source.part or (0, end)
    with source.path.open("rb") as file:
        file.seek(first + start)
        return file.read(max(0, min(end, last - first) - start))


def read_header(source: MediaSource) -> bytes:
    """Read the beginning of the movie box of an MP4, wherever it lies, or of the file."""
    movie = find_movie_box(source)
    start, end = (0, _HEADER_BYTES) if movie is None else (movie.start, movie.end)
    return read_bytes(source, start, min(end, start + _HEADER_BYTES))


def file_boxes(source: MediaSource, start: int, most: int, end: int | None = None) -> Iterator[Box]:
    """Walk the boxes of a file from the beginning of one on.

    Args:
        source: The bytes.
        start: Where the first one begins.
        most: So many are walked at most.
        end: Where to end, None for the end of the file.
    """
    end = size_of(source) if end is None else end
    return walk_boxes(partial(read_bytes, source), start, end, most, is_file=True)


def find_movie_box(source: MediaSource) -> Box | None:
    """Find the `moov` box from box to box, cut off where the source is; None if there is none."""
    end = size_of(source)
    movie = next((box for box in file_boxes(source, 0, _MOST_BOXES, end) if box.kind == b"moov"), None)
    return None if movie is None else movie._replace(end=min(end, movie.end))


def child_boxes(source: MediaSource, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Walk boxes side by side inside a box: type, and where the payload begins and ends."""
    for box in walk_boxes(partial(read_bytes, source), start, end, _MOST_CHILDREN):
        yield box.kind, box.payload, min(end, box.end)


def child_box(source: MediaSource, start: int, end: int, kind: bytes) -> tuple[int, int] | None:
    """Find the payload of the first box of a type among boxes that stand side by side; None if there is none."""
    return next(((first, last) for name, first, last in child_boxes(source, start, end) if name == kind), None)
