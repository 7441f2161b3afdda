"""Are the edges that a container hides read as players read them?"""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.domain.container_kind import ContainerKind, kind_named
from filmstrip.domain.geometry import FrameSize, Margins
from filmstrip.media.containers.container_crop import find_margins

CODED = FrameSize(368, 224)
MOVIE, SEGMENT = kind_named("mov,mp4,m4a,3gp,3g2,mj2"), kind_named("matroska,webm")


def box(kind: bytes, *parts: bytes) -> bytes:
    payload = b"".join(parts)
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def movie(*tracks: bytes) -> bytes:
    return box(b"moov", box(b"mvhd", bytes(100)), *tracks)


def track(*boxes_of_the_entry: bytes) -> bytes:
    entry = box(b"avc1", bytes(78), *boxes_of_the_entry)
    return box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", box(b"stsd", bytes(8), entry)))))


def aperture(*values: int) -> bytes:
    return box(b"clap", struct.pack(">IIIIiIiI", *values))


def element(key: str, *parts: bytes) -> bytes:
    payload = b"".join(parts)
    return bytes.fromhex(key) + (len(payload) | 1 << 28).to_bytes(4, "big") + payload


def segment(*tracks: bytes) -> bytes:
    return element("1a45dfa3", b"") + element("18538067", element("ec", bytes(9)), element("1654ae6b", *tracks))


def matroska_track(**sides: int) -> bytes:
    keys = {"left": "54cc", "top": "54bb", "right": "54dd", "bottom": "54aa"}
    return element("ae", element("e0", *(element(keys[side], bytes([width])) for side, width in sides.items())))


@pytest.mark.parametrize(
    ("values", "margins"),
    [
        ((320, 1, 180, 1, -8, 1, -14, 1), Margins(16, 8, 32, 36)),
        ((320, 1, 180, 1, -16, 2, -28, 2), Margins(16, 8, 32, 36)),
        ((368, 1, 216, 1, 0, 1, -4, 1), Margins(0, 0, 0, 8)),
        ((400, 1, 180, 1, 0, 1, 0, 1), None),
        ((320, 0, 180, 1, 0, 1, 0, 1), None),
    ],
)
def test_a_clean_aperture_becomes_margins(values: tuple[int, ...], margins: Margins | None) -> None:
    """Size and offset of the middle say what is cut off; one that reaches over the picture says nothing."""
    assert find_margins(movie(track(aperture(*values))), MOVIE, 0, CODED) == margins


def test_each_track_has_margins_of_its_own() -> None:
    """The stream's number says whose margins are meant."""
    crop = aperture(320, 1, 180, 1, -8, 1, -14, 1)
    assert find_margins(movie(track(), track(crop)), MOVIE, 0, CODED) is None
    assert find_margins(movie(track(), track(crop)), MOVIE, 1, CODED) == Margins(16, 8, 32, 36)
    header = segment(matroska_track(), matroska_track(left=16, top=8, right=32, bottom=36))
    assert find_margins(header, SEGMENT, 0, CODED) is None
    assert find_margins(header, SEGMENT, 1, CODED) == Margins(16, 8, 32, 36)


def test_margins_that_leave_nothing_are_not_believed() -> None:
    """A container that hides all of the picture is mistaken."""
    assert find_margins(segment(matroska_track(top=120, bottom=110)), SEGMENT, 0, CODED) is None


@given(st.binary(max_size=300), st.sampled_from([MOVIE, SEGMENT, kind_named("mpegts")]))
def test_nonsense_hides_nothing_and_breaks_nothing(header: bytes, kind: ContainerKind) -> None:
    """Whatever the bytes are, reading them ends and raises nothing."""
    margins = find_margins(header, kind, 0, CODED)
    assert margins is None or margins.leave_something_of(CODED)
