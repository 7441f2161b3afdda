"""The reader of EBML: IDs and sizes of all lengths, unknown sizes, and what is neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.media.containers.ebml import element, elements, read_id, read_size


@pytest.mark.parametrize(
    ("data", "number", "behind"),
    [("86", 0x86, 1), ("4286", 0x4286, 2), ("2ad7b1", 0x2AD7B1, 3), ("1a45dfa3", 0x1A45DFA3, 4)],
)
def test_ids_keep_their_marker(data: str, number: int, behind: int) -> None:
    """RFC 8794, 5: the bit that ends the zeros belongs to an ID."""
    assert read_id(bytes.fromhex("00" + data), 1) == (number, behind + 1)


@pytest.mark.parametrize("length", range(1, 9))
def test_sizes_lose_their_marker(length: int) -> None:
    """RFC 8794, 6.2: all lengths write the same number, and each has an unknown one of its own."""
    marker = 1 << 7 * length
    assert read_size((marker | 100).to_bytes(length, "big"), 0) == (100, length)
    assert read_size((marker | marker - 1).to_bytes(length, "big"), 0) == (None, length)


@pytest.mark.parametrize("data", ["", "00", "40", "01ffffff", "0840000000"])
def test_what_is_no_number_is_none(data: str) -> None:
    """Nothing, a byte without a marker, what is cut off, an ID of five bytes."""
    assert read_id(bytes.fromhex(data), 0) is None


def test_elements_of_unknown_size_reach_to_the_end() -> None:
    """As a live recording's segment does; walking ends before the first cluster."""
    data = bytes.fromhex("ec810a" + "18538067" + "01ffffffffffffff" + "ec820b0c" + "1f43b675" + "83010203")
    assert [key for key, _ in elements(data)] == [0xEC, 0x18538067]
    assert list(elements(element(data, 0x18538067))) == [(0xEC, b"\x0b\x0c")]


@given(st.binary(max_size=200))
def test_nonsense_ends(data: bytes) -> None:
    """Any bytes are walked to an end, and no payload is longer than they are."""
    assert sum(len(payload) for _, payload in elements(data)) <= len(data)
