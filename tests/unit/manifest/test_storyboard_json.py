"""The JSON storyboard: Mux's shape, with the truth about every frame."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

import manifest_series as series
from filmstrip.domain.geometry import FrameSize
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.manifest.storyboard_json import Shot, storyboard_json

GOLDEN = Path(__file__).parents[2] / "goldens" / "storyboard.json"


def test_storyboard_matches_the_golden_file() -> None:
    """The storyboard of a small video is exactly the reviewed one."""
    assert storyboard_json(series.shots(), series.DURATION) == GOLDEN.read_text()


def test_storyboard_has_the_shape_of_mux() -> None:
    """A reader that knows Mux's storyboards finds the keys that it needs, with numbers as numbers."""
    board = json.loads(storyboard_json(series.shots(), series.DURATION))
    assert {key: board[key] for key in ("url", "tile_width", "tile_height", "duration")} == {
        "url": "sprite_0001.jpg",
        "tile_width": 160,
        "tile_height": 90,
        "duration": 47.2,
    }
    assert [tile["start"] for tile in board["tiles"]] == [5.0 * index for index in range(10)]
    assert (board["tiles"][4]["x"], board["tiles"][4]["y"]) == (160, 90)


def test_errors_are_actual_minus_requested() -> None:
    """Each tile tells requested and actual time and their difference in milliseconds, negative for an earlier frame."""
    board = json.loads(storyboard_json(series.shots(), series.DURATION))
    for tile in board["tiles"]:
        assert tile["error_ms"] == pytest.approx(1000 * (tile["actual"] - tile["requested"]), abs=1e-3)
        assert -42 < tile["error_ms"] <= 0
    assert [tile["substitute"] for tile in board["tiles"]].count(True) == 1


def test_pictures_of_two_sizes_are_refused() -> None:
    """One storyboard has one tile size; another one needs its own storyboard."""
    first, second, *_ = series.shots()
    odd = Shot(Cue(second.cue.span, PictureRef("a.jpg", FrameSize(1, 1))), second.frame)
    with pytest.raises(ValueError, match="one size, not 2"):
        storyboard_json([first, odd], Fraction(10))
