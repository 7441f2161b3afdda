"""In which order do the parts of an MP4 file lie?"""

import struct
from pathlib import Path

import pytest

from filmstrip.media.containers.mp4_boxes import box_names, is_faststart


def _box(name: bytes, size: int = 16) -> bytes:
    return struct.pack(">I4s", size, name) + bytes(size - 8)


def _large_box(name: bytes, size: int = 32) -> bytes:
    return struct.pack(">I4sQ", 1, name, size) + bytes(size - 16)


def _endless_box(name: bytes) -> bytes:
    return struct.pack(">I4s", 0, name) + bytes(100)


@pytest.mark.parametrize(
    ("content", "names", "faststart"),
    [
        (_box(b"ftyp") + _box(b"moov") + _box(b"mdat"), ("ftyp", "moov", "mdat"), True),
        (_box(b"ftyp") + _box(b"mdat") + _box(b"moov"), ("ftyp", "mdat", "moov"), False),
        (_large_box(b"mdat") + _box(b"moov"), ("mdat", "moov"), False),
        (_box(b"moov") + _endless_box(b"mdat"), ("moov", "mdat"), True),
        (_box(b"moov"), ("moov",), False),
        (b"", (), False),
    ],
)
def test_boxes_are_named_in_order(tmp_path: Path, content: bytes, names: tuple[str, ...], *, faststart: bool) -> None:
    """All three ways to write a box's size are understood, and only an index before the samples counts."""
    path = tmp_path / "file.mp4"
    path.write_bytes(content)
    assert box_names(path) == names
    assert is_faststart(path) is faststart
