"""The JSON storyboard: Mux's shape, with the truth about every frame."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import manifest_series as series
from filmstrip.domain.geometry import FrameSize
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.manifest.storyboard_json import Shot, storyboard_json

GOLDENS = Path(__file__).parents[2] / "goldens"


def test_storyboard_matches_the_golden_file() -> None:
    """The storyboard of a small video is exactly the reviewed one, in both forms."""
    assert storyboard_json(series.shots(), series.DURATION) == (GOLDENS / "storyboard.json").read_text()
    sheet = one_sheet("https://cdn.example.com/sprite.jpg")
    assert storyboard_json(sheet, series.DURATION) == (GOLDENS / "storyboard_mux.json").read_text()


def test_one_image_with_its_host_has_the_shape_of_mux() -> None:
    """A reader that knows Mux's storyboards finds the keys that it needs, with numbers as numbers."""
    board = json.loads(storyboard_json(one_sheet("https://cdn.example.com/a/sprite.jpg"), series.DURATION))
    assert {key: board[key] for key in ("url", "tile_width", "tile_height", "duration")} == {
        "url": "https://cdn.example.com/a/sprite.jpg",
        "tile_width": 160,
        "tile_height": 90,
        "duration": 47.2,
    }
    assert [tile["start"] for tile in board["tiles"]] == [5.0 * index for index in range(10)]
    assert (board["tiles"][4]["x"], board["tiles"][4]["y"]) == (160, 90)


@pytest.mark.parametrize(
    "name", ["sprite.jpg", "../sprite.jpg", "/sprite.jpg", "//cdn.example.com/sprite.jpg"], ids=str
)
def test_one_address_stands_for_all_tiles_only_where_it_is_read(name: str) -> None:
    """Names without a scheme, which readers of Mux's shape take for a fault, are cues of an array."""
    assert isinstance(json.loads(storyboard_json(one_sheet(name), series.DURATION)), list)


def test_several_images_are_an_array() -> None:
    """Each picture has its own image, rectangle and times; the last one is shown to beyond the end of the video."""
    images = json.loads(storyboard_json(series.shots(), series.DURATION))
    assert images[7] | images[7]["coords"] | {"coords": None} == images[7] | {
        "startTime": 35.0,
        "endTime": 40.0,
        "text": "sprite_0002.jpg#xywh=160,0,160,90",
        "url": "sprite_0002.jpg",
        "width": 160,
        "height": 90,
        "coords": None,
        "x": 160,
        "y": 0,
    }
    assert images[-1]["endTime"] == 48


def test_errors_are_actual_minus_requested() -> None:
    """Each picture tells requested and actual time and the milliseconds between, negative for an earlier frame."""
    images = json.loads(storyboard_json(series.shots(), series.DURATION))
    tiles = json.loads(storyboard_json(one_sheet("http://h/a.jpg"), series.DURATION))["tiles"]
    for image, tile in zip(images, tiles, strict=True):
        assert image["error_ms"] == pytest.approx(1000 * (image["actual"] - image["requested"]), abs=1e-3)
        assert -42 < image["error_ms"] <= 0
        assert {key: image[key] for key in ("requested", "actual", "error_ms", "keyframe", "substitute")}.items() <= (
            tile.items()
        )
    assert [image["substitute"] for image in images].count(True) == 1


def one_sheet(name: str) -> list[Shot]:
    """Put all pictures on one sheet."""
    grid = replace(series.GRID, rows=4)
    places = [grid.place(index) for index in range(grid.count)]
    return [
        Shot(Cue(shot.cue.span, PictureRef(name, grid.tile, place.x, place.y)), shot.frame)
        for shot, place in zip(series.shots(), places, strict=True)
    ]


def test_pictures_of_two_sizes_are_refused() -> None:
    """One storyboard has one tile size; another one needs its own storyboard."""
    first, second, *_ = series.shots()
    odd = Shot(Cue(second.cue.span, PictureRef("a.jpg", FrameSize(1, 1))), second.frame)
    with pytest.raises(ValueError, match="one size, not 2"):
        storyboard_json([first, odd], Fraction(10))
