"""The HLS image media playlist: every image with its tiles, covering the whole video."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manifest_series as series
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.sprite_grid import plan_grid
from filmstrip.domain.timing import IntervalGrid, TimeRange
from filmstrip.manifest.hls_images import image_playlist, image_stream_entry
from filmstrip.manifest.sprite_series import Sprite, SpriteSeries

GOLDENS = Path(__file__).parents[2] / "goldens"
TILES = re.compile(r"#EXT-X-TILES:RESOLUTION=(\d+)x(\d+),LAYOUT=(\d+)x(\d+),DURATION=([\d.]+)")


def read_back(text: str) -> list[tuple[Fraction, tuple[str, ...], str]]:
    """Read the images of a playlist: seconds covered, groups of EXT-X-TILES, name."""
    lines = text.splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[-1] == "#EXT-X-ENDLIST"
    images = []
    for number, line in enumerate(lines):
        if not line.startswith("#"):
            match = TILES.fullmatch(lines[number - 1])
            assert match is not None
            images.append(
                (Fraction(lines[number - 2].removeprefix("#EXTINF:").removesuffix(",")), match.groups(), line)
            )
    return images


def test_playlist_matches_the_golden_file() -> None:
    """The playlist of a small video is exactly the reviewed one, with the last image shortened to the end."""
    assert image_playlist(series.SERIES) == (GOLDENS / "images.m3u8").read_text()


def test_entry_matches_the_golden_file() -> None:
    """The entry for the multivariant playlist has all four attributes, with the tile's resolution."""
    assert image_stream_entry(series.SERIES, "images.m3u8") in (GOLDENS / "entries.m3u8").read_text().splitlines()


@given(
    count=st.integers(1, 500),
    interval=st.decimals(min_value="0.1", max_value=60, places=2).map(Fraction),
    columns=st.integers(1, 12),
    rest=st.fractions(min_value=Fraction(1, 100), max_value=1, max_denominator=1000),
)
def test_images_cover_the_video(count: int, interval: Fraction, columns: int, rest: Fraction) -> None:
    """Read back, the images are in order, all but the last are full and together they reach the end."""
    duration = interval * (count - 1) + interval * rest
    times = IntervalGrid(TimeRange(Fraction(0), duration), interval)
    grid = plan_grid(FrameSize(320, 180), times.count, columns, max_side=1000)
    names = [f"s{index}.jpg" for index in range(grid.sprite_count)]
    sprites = tuple(Sprite(name, 1) for name in names)
    images = read_back(image_playlist(SpriteSeries(grid, sprites, interval, duration, "image/jpeg")))
    assert [name for *_, name in images] == names
    assert all(covered == interval * grid.tiles_per_sprite for covered, *_ in images[:-1])
    assert 0 <= sum(covered for covered, *_ in images) - duration <= Fraction(1, 1000)
    expected = ("320", "180", str(grid.columns), str(grid.rows))
    assert all(tiles[:4] == expected and Fraction(tiles[4]) == interval for _, tiles, _ in images)


def test_a_missing_sprite_is_refused() -> None:
    """A series with fewer files than its grid needs cannot be described."""
    with pytest.raises(ValueError, match="10 thumbnails need 2 files, not 1"):
        SpriteSeries(series.GRID, series.SPRITES[:1], series.INTERVAL, series.DURATION, "image/jpeg")
