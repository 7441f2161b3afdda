"""The walk over the boxes of ISO files: all ways to write a size, and what cannot be one."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import filmstrip
from filmstrip.domain.container_kind import kind_named
from filmstrip.media.containers.track_labels import read_track_labels
from filmstrip.media.source.header_bytes import child_boxes, find_movie_box, read_header
from filmstrip.media.source.iso_boxes import Box, boxes_in, walk_boxes
from filmstrip.media.source.media_source import LocalFile

MEDIA = Path(filmstrip.__file__).parent / "media"
MOST = 100
Writer = Callable[[bytes, bytes], bytes]


def box(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def large_box(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(payload)) + payload


def endless_box(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">I4s", 0, kind) + payload


def walk(data: bytes, *, is_file: bool = True, most: int = MOST) -> list[Box]:
    return list(walk_boxes(lambda start, end: data[start:end], 0, len(data), most, is_file=is_file))


def test_sizes_of_32_and_64_bits_lead_on() -> None:
    """The payload begins behind the header, however long that is."""
    data = box(b"ftyp", bytes(4)) + large_box(b"mdat", bytes(10)) + box(b"moov")
    expected = [Box(b"ftyp", 0, 8, 12), Box(b"mdat", 12, 28, 38), Box(b"moov", 38, 46, 46)]
    assert walk(data) == expected
    assert list(boxes_in(data)) == expected


def test_a_size_of_0_reaches_to_the_end_of_a_file_only() -> None:
    """Inside another box it ends the list, as in QuickTime's user data."""
    data = box(b"moov") + endless_box(b"mdat", bytes(20))
    assert walk(data)[-1] == Box(b"mdat", 8, 16, 36)
    assert [found.kind for found in walk(data, is_file=False)] == [b"moov"]
    assert [found.kind for found in boxes_in(data)] == [b"moov"]


@pytest.mark.parametrize(
    "broken",
    [
        struct.pack(">I4s", 7, b"mdat"),
        struct.pack(">I4sQ", 1, b"mdat", 15),
        struct.pack(">I4sI", 1, b"mdat", 0),
        b"\0\0",
    ],
)
def test_what_is_shorter_than_its_header_ends_the_walk(broken: bytes) -> None:
    """It is no box, and nothing behind it is."""
    data = box(b"ftyp") + broken
    assert [found.kind for found in walk(data)] == [b"ftyp"]
    assert [found.kind for found in boxes_in(data)] == [b"ftyp"]


def test_a_walk_is_bounded() -> None:
    """A million empty boxes are not read one by one."""
    assert len(walk(box(b"free") * (MOST + 1))) == MOST


@given(st.binary(max_size=200))
def test_nonsense_ends(data: bytes) -> None:
    """Each step leads forward, so that any bytes are walked to an end."""
    for found in (walk(data), list(boxes_in(data))):
        assert all(one.start < one.payload <= one.end for one in found)
        assert all(one.end == other.start for one, other in pairwise(found))


@pytest.mark.parametrize("write", [box, large_box, endless_box])
def test_a_movie_is_found_however_its_size_is_written(tmp_path: Path, write: Writer) -> None:
    """Its children are those behind its header, and it ends where the file does at the latest."""
    path = tmp_path / "film.mp4"
    path.write_bytes(box(b"ftyp", bytes(8)) + write(b"moov", box(b"mvhd", bytes(100))))
    source = LocalFile(path)
    movie = find_movie_box(source)
    assert movie is not None
    assert (movie.start, movie.end) == (16, path.stat().st_size)
    assert [kind for kind, _, _ in child_boxes(source, movie.payload, movie.end)] == [b"mvhd"]
    assert read_header(source) == path.read_bytes()[16:]


@pytest.mark.parametrize("write", [box, large_box, endless_box])
def test_what_a_movie_says_is_heeded_however_its_size_is_written(tmp_path: Path, write: Writer) -> None:
    """Here that its track is encrypted, which was overlooked behind a size of 64 bits."""
    descriptions = box(b"stsd", bytes(8) + box(b"encv", bytes(78)))
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", descriptions))))
    path = tmp_path / "film.mp4"
    path.write_bytes(box(b"ftyp", bytes(8)) + write(b"moov", track))
    labels = read_track_labels(LocalFile(path), kind_named("mp4"))
    assert labels[0].is_encrypted


def test_a_movie_that_is_cut_off_ends_with_the_file(tmp_path: Path) -> None:
    """What a header promises behind the end of the file is not there."""
    path = tmp_path / "film.mp4"
    path.write_bytes(struct.pack(">I4s", 1 << 30, b"moov") + bytes(92))
    assert find_movie_box(LocalFile(path)) == Box(b"moov", 0, 8, 100)


def test_nothing_else_reads_sizes_of_boxes_and_elements() -> None:
    """One walk over boxes, one reader of elements: a 64-bit size is not forgotten in one of many."""
    of_boxes = re.compile(r'from_bytes\(\w+\[:4\], "big"\)|I4s"\)?\.unpack|_(BOX|HEADER|BOX_HEADER)\.unpack')
    of_elements = re.compile(r"9 - \w.*\.bit_length\(\)")
    found = {
        path.name
        for path in MEDIA.rglob("*.py")
        if of_boxes.search(path.read_text()) or of_elements.search(path.read_text())
    }
    assert found == {"iso_boxes.py", "ebml.py"}
