"""Which packets are handed out for a moment, and how is it reached? Over a cursor of times alone."""

from __future__ import annotations

from typing import Any

import pytest

from fake_film import SECOND, FakeCursor, packets_of
from filmstrip.media.containers.approach import Access, Approach
from filmstrip.media.sampling.gop_reader import GopReader, KeyframeMissingError
from filmstrip.media.sampling.keyframe_index import IndexedPacket, KeyframeIndex

CLOSED = "I0 P3 b1 b2 P6 b4 b5 I7 P10 b8 b9 P13 b11 b12"
OPEN = "I0 P3 b1 b2 I6 b4 b5 P9 b7 b8"


def reader_of(film: str, access: Access, index: KeyframeIndex | None = None) -> tuple[GopReader, Any]:
    cursor: Any = FakeCursor(packets_of(film))
    return GopReader(cursor, index or KeyframeIndex((), 0), access), cursor


def names(approach: Approach) -> str:
    return " ".join(shown.packet.name for shown in approach.packets)  # type: ignore[attr-defined]


def shown_at(approach: Approach) -> int | None:
    return approach.shown and approach.shown.start


@pytest.mark.parametrize(
    ("moment", "packets"),
    [(0, "I0"), (1, "I0 P3 b1"), (2, "I0 P3 b1 b2"), (3, "I0 P3"), (5, "I0 P3 b1 b2 P6 b4 b5"), (8, "I7 P10 b8")],
)
def test_from_the_keyframe_to_the_frame(moment: int, packets: str) -> None:
    """Handed out is what lies between the keyframe before a moment and the packet of its frame, nothing after it."""
    reader, _ = reader_of(CLOSED, Access.READ_ON)
    reader.seek(0)
    found = reader.approach(moment)
    assert names(found) == packets
    assert shown_at(found) == moment
    assert found.starts_anew


def test_what_was_handed_out_is_not_handed_out_again() -> None:
    """A later moment of the same GOP goes on where the earlier one ended."""
    reader, _ = reader_of(CLOSED, Access.READ_ON)
    reader.seek(0)
    assert names(reader.approach(1)) == "I0 P3 b1"
    further = reader.approach(4)
    assert names(further) == "b2 P6 b4"
    assert not further.starts_anew


def test_a_frame_that_was_decoded_for_another_is_recalled() -> None:
    """A frame that is shown later, and whose packet came before, is known without reading on."""
    reader, cursor = reader_of(CLOSED, Access.READ_ON)
    reader.seek(0)
    reader.approach(1)
    read = len(cursor.read)
    assert reader.recall(3).start == 3  # type: ignore[union-attr]
    assert reader.recall(4) is None
    assert len(cursor.read) == read


def test_leading_pictures_of_an_open_gop() -> None:
    """Pictures that are shown before the keyframe that decoding begins with are dropped, and kept if it does not."""
    reader, _ = reader_of(OPEN, Access.READ_ON)
    reader.seek(6)
    assert names(reader.approach(7)) == "I6 P9 b7"
    reader.seek(0)
    reader.approach(3)
    assert names(reader.approach(5)) == "b1 b2 I6 b4 b5"


@pytest.mark.parametrize("moment", [13, 99])
def test_the_last_frame_lasts(moment: int) -> None:
    """Behind the last frame it is the last one that is shown, and nothing after its packet is decoded."""
    reader, _ = reader_of(CLOSED, Access.READ_ON)
    reader.seek(0)
    found = reader.approach(moment)
    assert names(found) == "I7 P10 b8 b9 P13"
    assert shown_at(found) == 13


def test_before_the_first_keyframe() -> None:
    """A stream that begins between two keyframes shows its first one for all that comes before."""
    reader, _ = reader_of("P0 b1 P2 I5 P6", Access.READ_ON)
    reader.seek(0)
    found = reader.approach(1)
    assert names(found) == "I5"
    assert shown_at(found) == 5
    assert reader.recall(2).start == 5  # type: ignore[union-attr]


def test_back_step_by_step() -> None:
    """Where a search lands behind the moment, it is repeated from 2, 4, 8 seconds before it."""
    film = "I0 " + " ".join(f"P{moment}" for moment in range(1, 100)) + " I100 P101"
    reader, cursor = reader_of(film, Access.STEP_BACK)
    ordinary = cursor.seek

    def late(moment: int) -> None:
        ordinary(moment)
        cursor.position = 0 if moment <= 95 - 4 * SECOND else len(cursor.film) - 2

    cursor.seek = late
    reader.seek(95)
    found = reader.approach(95)
    assert cursor.seeks == [95, 95 - 2 * SECOND, 95 - 4 * SECOND]
    assert shown_at(found) == 95


def test_no_step_back_where_only_reading_is_possible() -> None:
    """A reader that cannot seek says so, instead of taking a later picture."""
    reader, cursor = reader_of("P3 P4 I5 P6", Access.READ_ON)
    reader.start_here(can_step_back=True)
    cursor.is_at_beginning = False
    with pytest.raises(KeyframeMissingError):
        reader.approach(4)


@pytest.mark.parametrize(("tolerance", "packets"), [(0, "I7 P10 b8 b9"), (1, "I7 P10 b8 b9"), (2, "I7"), (None, "I7")])
def test_a_near_keyframe_will_do(tolerance: int | None, packets: str) -> None:
    """Within the tolerance the keyframe alone is handed out, in the place of the frame."""
    keyframes = tuple(IndexedPacket(pts, 1000 * pts, 100, number) for number, pts in enumerate((0, 7)))
    reader, _ = reader_of(CLOSED, Access.INDEX, KeyframeIndex(keyframes, 0))
    reader.seek(7)
    assert names(reader.approach(9, tolerance)) == packets


def test_when_to_seek() -> None:
    """A reader seeks for what lies before, and, without an index, for what lies more than five seconds ahead."""
    film = "I0 " + " ".join(f"P{moment}" for moment in range(1, 200))
    reader, _ = reader_of(film, Access.STEP_BACK)
    assert reader.must_seek(0)
    reader.seek(0)
    reader.approach(20)
    assert reader.must_seek(-1)
    assert not reader.must_seek(20 + 5 * SECOND)
    assert reader.must_seek(21 + 5 * SECOND)


def test_an_endless_gop_does_not_fill_the_memory() -> None:
    """What is held is handed out before all of a GOP without an end is read."""
    reader, cursor = reader_of("I0 " + " ".join(f"P{moment}" for moment in range(1, 400)), Access.READ_ON)
    for packet in cursor.film:
        packet.size = 1 << 20
    reader.seek(0)
    found = reader.approach(390)
    assert found.shown is None
    assert sum(shown.packet.size for shown in found.packets) < 32 << 20
