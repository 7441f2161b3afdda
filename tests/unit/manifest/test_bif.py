"""The BIF index, read back by a reader of our own."""

from __future__ import annotations

import struct
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.manifest.bif import bif_index

GOLDEN = Path(__file__).parents[2] / "goldens" / "index.bif"


def read_back(data: bytes) -> list[tuple[int, bytes]]:
    """Read a BIF file as Roku's description says: time in milliseconds and bytes of each image."""
    assert data[:8] == bytes([0x89, 0x42, 0x49, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
    version, count, multiplier = struct.unpack_from("<III", data, 8)
    assert version == 0
    assert data[20:64] == bytes(44)
    entries = [struct.unpack_from("<II", data, 64 + 8 * index) for index in range(count + 1)]
    assert entries[-1] == (0xFFFFFFFF, len(data))
    return [(entry[0] * multiplier, data[entry[1] : following[1]]) for entry, following in pairwise(entries)]


def test_index_matches_the_golden_file() -> None:
    """The index of ten images, one every 5 s, is exactly the reviewed one."""
    assert bif_index([4000] * 10, Fraction(5)) == GOLDEN.read_bytes()


@given(images=st.lists(st.binary(max_size=50), max_size=40), milliseconds=st.integers(1, 2**32 - 1))
def test_images_and_times_survive_a_round_trip(images: list[bytes], milliseconds: int) -> None:
    """Every image is found again, at its time."""
    data = bif_index([len(image) for image in images], Fraction(milliseconds, 1000)) + b"".join(images)
    assert read_back(data) == [(index * milliseconds, image) for index, image in enumerate(images)]


@pytest.mark.parametrize("interval", [Fraction(1, 3), Fraction(1, 2000), Fraction(0), Fraction(2**32, 1000)])
def test_intervals_that_bif_cannot_tell_are_refused(interval: Fraction) -> None:
    """An interval that is no whole number of milliseconds would drift and is refused."""
    with pytest.raises(ValueError, match="whole milliseconds"):
        bif_index([1], interval)


def test_more_than_four_gibibytes_are_refused() -> None:
    """A file whose offsets do not fit into 32 bits is refused."""
    with pytest.raises(ValueError, match="4 GiB"):
        bif_index([2**31, 2**31], Fraction(1))
