"""Is the display matrix read as players read it?"""

from __future__ import annotations

import struct

import pytest

from filmstrip.domain.geometry import Orientation
from filmstrip.media.frames.display_matrix import parse_display_matrix

ONE = 1 << 16


def matrix(a: int, b: int, c: int, d: int) -> bytes:
    return struct.pack("=9i", a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize(
    ("data", "orientation"),
    [
        (matrix(1, 0, 0, 1), Orientation(0)),
        (matrix(0, 1, -1, 0), Orientation(90)),
        (matrix(-1, 0, 0, -1), Orientation(180)),
        (matrix(0, -1, 1, 0), Orientation(270)),
        (matrix(-1, 0, 0, 1), Orientation(0, mirrored=True)),
        (matrix(1, 0, 0, -1), Orientation(180, mirrored=True)),
        (matrix(0, 1, 1, 0), Orientation(270, mirrored=True)),
        (matrix(0, -1, -1, 0), Orientation(90, mirrored=True)),
    ],
)
def test_the_eight_orientations_are_told_apart(data: bytes, orientation: Orientation) -> None:
    """A matrix is a mirror first, then a clockwise quarter turn."""
    assert parse_display_matrix(data) == orientation


def test_a_torn_matrix_turns_nothing() -> None:
    """Too few bytes are no orientation."""
    assert parse_display_matrix(b"\0" * 8) == Orientation()
