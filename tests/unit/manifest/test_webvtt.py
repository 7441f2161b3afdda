"""The thumbnail track: one exact form, and every cue survives an independent reader."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.sprite_grid import plan_grid
from filmstrip.domain.timing import IntervalGrid, TimeRange
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.manifest.webvtt import timestamp, webvtt

GOLDENS = Path(__file__).parents[2] / "goldens"


def grid_cues(duration: Fraction, interval: Fraction, size: FrameSize) -> list[Cue]:
    grid = IntervalGrid(TimeRange(Fraction(0), duration), interval)
    return [Cue(span, PictureRef(f"thumb_{number:04}.jpg", size)) for number, span in enumerate(grid.cues(), start=1)]


def milliseconds(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + int(seconds.replace(".", ""))


def read_back(text: str) -> list[tuple[int, int, str, tuple[int, ...]]]:
    """Read a track as the simplest of players do: cut at blank lines, two lines each."""
    header, *blocks = text.removesuffix("\n").split("\n\n")
    assert header == "WEBVTT"
    cues = []
    for block in blocks:
        times, picture = block.split("\n")
        start, end = times.split(" --> ")
        name, rectangle = picture.split("#xywh=")
        cues.append((milliseconds(start), milliseconds(end), name, tuple(map(int, rectangle.split(",")))))
    return cues


def test_separate_images_match_the_golden_file() -> None:
    """Separate images are written in the form that every player accepts, with a rectangle in every cue."""
    text = webvtt(grid_cues(Fraction("12.3461"), Fraction(5), FrameSize(320, 180)))
    assert text.encode() == (GOLDENS / "thumbnails_separate.vtt").read_bytes()


def test_sprite_matches_the_golden_file() -> None:
    """Tiles of a sprite are written in the form that every player accepts."""
    cells = plan_grid(FrameSize(160, 90), 3, columns=2)
    spans = IntervalGrid(TimeRange(Fraction(0), Fraction(20)), Fraction("7.5")).cues()
    places = [cells.place(index) for index in range(3)]
    cues = [
        Cue(span, PictureRef("sprite.png", cells.tile, place.x, place.y))
        for span, place in zip(spans, places, strict=True)
    ]
    assert webvtt(cues).encode() == (GOLDENS / "thumbnails_sprite.vtt").read_bytes()


@given(
    duration=st.fractions(min_value=Fraction(1, 50), max_value=400_000, max_denominator=90_000),
    count=st.integers(1, 60),
    size=st.builds(FrameSize, st.integers(1, 9999), st.integers(1, 9999)),
)
def test_cues_survive_a_round_trip(duration: Fraction, count: int, size: FrameSize) -> None:
    """Whatever the duration and interval, the cues touch, start at 0, end after the video and name each picture."""
    interval = max(duration / count, Fraction(1, 10))
    cues = grid_cues(duration, interval, size)
    found = read_back(webvtt(cues))
    assert [name for _, _, name, _ in found] == [cue.picture.name for cue in cues]
    assert all(rectangle == (0, 0, size.width, size.height) for *_, rectangle in found)
    assert found[0][0] == 0
    assert all(end == start for (_, end, _, _), (start, *_) in pairwise(found))
    assert 0 < found[-1][1] - duration * 1000 <= 1000
    assert found[-1][1] % 1000 == 0
    assert all(
        abs(start - cue.span.start * 1000) <= Fraction(1, 2) for (start, *_), cue in zip(found, cues, strict=True)
    )


@pytest.mark.parametrize(
    ("milliseconds_given", "expected"),
    [(0, "00:00:00.000"), (59_999, "00:00:59.999"), (3_600_000, "01:00:00.000"), (360_000_001, "100:00:00.001")],
)
def test_timestamps_always_have_hours(milliseconds_given: int, expected: str) -> None:
    """A timestamp has hours of at least two digits and exactly three decimals."""
    assert timestamp(milliseconds_given) == expected


def test_no_cue_is_refused() -> None:
    """An empty track, on which Plyr throws, cannot be written."""
    with pytest.raises(ValueError, match="at least one cue"):
        webvtt([])


def test_overlap_is_refused() -> None:
    """Cues that overlap cannot be written, as players differ in which one they take."""
    picture = PictureRef("a.jpg", FrameSize(2, 2))
    spans = [TimeRange(Fraction(0), Fraction(5)), TimeRange(Fraction(4), Fraction(9))]
    with pytest.raises(ValueError, match="Cue 2"):
        webvtt([Cue(span, picture) for span in spans])


@pytest.mark.parametrize("name", ["", "a b.jpg", "a#b.jpg", "bild_ä.jpg", "a\nb.jpg", "url('x').jpg", "a(1).jpg"])
def test_names_that_players_misread_are_refused(name: str) -> None:
    """A file name with a blank, a fragment, brackets or bytes outside ASCII has to be percent-encoded first."""
    with pytest.raises(ValueError, match="URL reference"):
        PictureRef(name, FrameSize(1, 1))
