"""Finds where in a file another file begins: recorders and `cat` put whole files one behind the other.

A reader that does not expect it shows the first one only, or all of them at the same time. Looked for is the header of
the format: where boxes or a segment of known size end, else anywhere in a local file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from filmstrip.domain.container_kind import ContainerKind, Layout
from filmstrip.media.containers.ebml import read_size
from filmstrip.media.containers.fragments.fragment_film import fragment_film
from filmstrip.media.containers.fragments.fragment_joints import find_fragment_joints
from filmstrip.media.containers.ogg_links import find_links
from filmstrip.media.source.header_bytes import file_boxes, read_bytes, size_of
from filmstrip.media.source.media_source import LocalFile, MediaSource

_WINDOW_BYTES = 8 << 20
_LONGEST_HEADER_BYTES = 128
_MOST_BOXES = 200_000
_MOST_LISTS = 1000
# EBML, a size of one byte or of eight, and somewhere soon the name of the document type (RFC 8794, 11.2).
_MATROSKA = re.compile(rb"\x1a\x45\xdf\xa3(?=[\x80-\xff\x01].{0,80}?\x42\x82.{1,8}?(?:webm|matroska))", re.DOTALL)
_FLV = re.compile(rb"FLV\x01(?=[\x00-\x05]\x00\x00\x00\x09\x00\x00\x00\x00)")
_SEGMENT = bytes.fromhex("18538067")


def find_joints(source: MediaSource, kind: ContainerKind) -> list[int]:
    """Find the bytes, but for the first one, at which a file of the same format begins inside another.

    Args:
        source: The bytes.
        kind: What the container is.
    """
    if kind.layout is Layout.ISO_BOXES:
        film = fragment_film(source)
        return _next_movies(source) if film is None else find_fragment_joints(film)
    if kind.layout is Layout.EBML_ELEMENTS:
        return (
            list(_headers(source, _MATROSKA))
            if isinstance(source, LocalFile) and _is_endless(source)
            else (_next_segments(source))
        )
    if kind.layout is Layout.OGG_PAGES:
        return find_links(source)
    if kind.layout is Layout.RIFF_CHUNKS:
        return list(_next_lists(source))
    if kind.layout is Layout.FLV_TAGS and isinstance(source, LocalFile):
        return list(_headers(source, _FLV))
    return []


def _next_lists(source: MediaSource) -> Iterator[int]:
    """Go from the end of an AVI's list to the next one; those of the form `AVIX` go on with the same film (OpenDML)."""
    at, end = 0, size_of(source)
    for _ in range(_MOST_LISTS):
        head = read_bytes(source, at, at + 12)
        if head[:4] != b"RIFF" or at >= end:
            return
        if at and head[8:] == b"AVI ":
            yield at
        size = int.from_bytes(head[4:8], "little")
        at += 8 + size + size % 2


def _headers(source: LocalFile, header: re.Pattern[bytes]) -> Iterator[int]:
    end = size_of(source)
    for begin in range(0, end, _WINDOW_BYTES):
        window = read_bytes(source, begin, begin + _WINDOW_BYTES + _LONGEST_HEADER_BYTES)
        for match in header.finditer(window):
            if match.start() < _WINDOW_BYTES and begin + match.start() > 0:
                yield begin + match.start()


def _next_movies(source: MediaSource) -> list[int]:
    """Walk all boxes: a file type behind a movie begins another file."""
    found, has_movie = list[int](), False
    for box in file_boxes(source, 0, _MOST_BOXES):
        if box.kind == b"ftyp" and has_movie:
            found.append(box.start)
            has_movie = False
        has_movie |= box.kind == b"moov"
    return found


def _is_endless(source: MediaSource) -> bool:
    """Check whether the first segment does not say where it ends, as those of live recorders do."""
    return _segment_end(source, 0) is None


def _next_segments(source: MediaSource) -> list[int]:
    """Go from the end of a segment to the next header."""
    found, end = list[int](), _segment_end(source, 0)
    while end is not None and _MATROSKA.match(read_bytes(source, end, end + _LONGEST_HEADER_BYTES)):
        found.append(end)
        end = _segment_end(source, end)
    return found


def _segment_end(source: MediaSource, start: int) -> int | None:
    head = read_bytes(source, start, start + 4 * _LONGEST_HEADER_BYTES)
    found = head.find(_SEGMENT)
    size = None if found < 0 else read_size(head, found + len(_SEGMENT))
    return None if size is None or size[0] is None else start + size[1] + size[0]
