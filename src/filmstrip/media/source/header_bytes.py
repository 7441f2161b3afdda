"""Where in a source do its sample descriptions lie? For facts that libav does not hand out."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from filmstrip.media.source.media_source import LocalFile, MediaSource

_HEADER_BYTES = 1 << 20
_BOX_HEADER = struct.Struct(">I4s")
_LARGE_SIZE = struct.Struct(">Q")
_MOST_BOXES = 64
_MOST_CHILDREN = 1000
_SIZE_FOLLOWS = 1


def size_of(source: MediaSource) -> int:
    """Tell the length of any source in bytes."""
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
    start, end = find_movie_box(source) or (0, _HEADER_BYTES)
    return read_bytes(source, start, min(end, start + _HEADER_BYTES))


def find_movie_box(source: MediaSource) -> tuple[int, int] | None:
    """Find the half-open range of the `moov` box from box to box (ISO/IEC 14496-12, 4.2); None if there is none."""
    position, end = 0, size_of(source)
    for _ in range(_MOST_BOXES):
        head = read_bytes(source, position, position + 16)
        if len(head) < 16:  # noqa: PLR2004 - the length of the largest box header
            return None
        size, kind = _BOX_HEADER.unpack_from(head)
        size = _LARGE_SIZE.unpack_from(head, 8)[0] if size == 1 else size
        if kind == b"moov":
            return position, min(end, position + size)
        position += size
        if size < _BOX_HEADER.size or position >= end:
            return None
    return None


def child_boxes(source: MediaSource, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Walk boxes side by side (ISO/IEC 14496-12, 4.2): type, and where the payload begins and ends."""
    for _ in range(_MOST_CHILDREN):
        head = read_bytes(source, start, start + _BOX_HEADER.size + _LARGE_SIZE.size)
        if start + _BOX_HEADER.size > end or len(head) < _BOX_HEADER.size:
            return
        size, kind = _BOX_HEADER.unpack_from(head)
        payload = start + _BOX_HEADER.size
        if size == _SIZE_FOLLOWS:
            if len(head) < _BOX_HEADER.size + _LARGE_SIZE.size:
                return
            (size,) = _LARGE_SIZE.unpack_from(head, _BOX_HEADER.size)
            payload += _LARGE_SIZE.size
        if size < payload - start:
            return
        yield kind, payload, min(end, start + size)
        start += size


def child_box(source: MediaSource, start: int, end: int, kind: bytes) -> tuple[int, int] | None:
    """Find the payload of the first box of a type among boxes that stand side by side; None if there is none."""
    return next(((first, last) for name, first, last in child_boxes(source, start, end) if name == kind), None)
