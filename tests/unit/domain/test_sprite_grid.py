"""The layout of sprites: no tile overlaps, none is lost, no side passes its limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.picture import ImageFormat
from filmstrip.domain.sprite_grid import SpriteGrid, TilePlace, plan_grid


def test_default_is_ten_columns() -> None:
    """Without a wish there are ten columns, row by row."""
    grid = plan_grid(FrameSize(320, 180), 25)
    assert (grid.columns, grid.rows, grid.sprite_count) == (10, 3, 1)
    assert grid.sprite_size == FrameSize(3200, 540)
    assert grid.place(24) == TilePlace(0, 4 * 320, 2 * 180)


def test_fewer_images_than_columns_make_a_narrower_sprite() -> None:
    """Three images make three columns, with no padding."""
    grid = plan_grid(FrameSize(320, 180), 3)
    assert (grid.columns, grid.rows) == (3, 1)


def test_a_wide_row_is_narrowed() -> None:
    """Columns that would pass the longest side are given up."""
    assert plan_grid(FrameSize(1000, 10), 9, columns=9).columns == 4


def test_rows_are_spread_evenly() -> None:
    """Several sprites share the rows, so that the last one is nearly full."""
    grid = plan_grid(FrameSize(100, 1000), 50, columns=10)
    assert (grid.rows, grid.sprite_count) == (3, 2)
    assert list(grid.indices(1)) == list(range(30, 50))
    assert grid.place(30) == TilePlace(1, 0, 0)


def test_a_single_large_tile_is_allowed() -> None:
    """A thumbnail larger than the usual limit gets a sprite of its own."""
    grid = plan_grid(FrameSize(7680, 4320), 3)
    assert (grid.columns, grid.rows, grid.sprite_count) == (1, 1, 3)


@pytest.mark.parametrize("image_format", list(ImageFormat))
def test_no_format_limit_is_passed(image_format: ImageFormat) -> None:
    """A thumbnail that the image format cannot express is refused, naming both sizes."""
    limit = image_format.kind.longest_side
    with pytest.raises(ValueError, match=f"{image_format.value} images have at most {limit}"):
        plan_grid(FrameSize(1, limit + 1), 2, image_format=image_format)
    wide = plan_grid(FrameSize(100, 100), 10**6, columns=10**6, max_side=2**40, image_format=image_format)
    assert max(wide.sprite_size.width, wide.sprite_size.height) <= limit


def test_an_empty_grid_is_refused() -> None:
    """A grid without thumbnails makes no sense and is refused."""
    with pytest.raises(ValueError, match="at least one tile"):
        SpriteGrid(FrameSize(1, 1), 0, 1, 1)


@given(
    tile=st.builds(FrameSize, st.integers(1, 5000), st.integers(1, 5000)),
    count=st.integers(1, 600),
    columns=st.none() | st.integers(1, 40),
    max_side=st.integers(1, 9000),
)
def test_each_thumbnail_has_its_own_place(tile: FrameSize, count: int, columns: int | None, max_side: int) -> None:
    """Every thumbnail has a place of its own inside its sprite, in order, and sprites keep to the longest side."""
    grid = plan_grid(tile, count, columns, max_side=max_side)
    places = [grid.place(index) for index in range(count)]
    order = [(place.sprite_index, place.y, place.x) for place in places]
    assert order == sorted(set(order))
    assert places[-1].sprite_index == grid.sprite_count - 1
    size = grid.sprite_size
    assert all(p.x + tile.width <= size.width and p.y + tile.height <= size.height for p in places)
    assert size.width <= max(max_side, tile.width)
    assert size.height <= max(max_side, tile.height)
    assert [i for sprite in range(grid.sprite_count) for i in grid.indices(sprite)] == list(range(count))


def test_rows_are_exactly_those_asked_for() -> None:
    """Whoever names columns and rows (10x10, 5x4, 6x6) gets sheets of just that, the last one padded."""
    grid = plan_grid(FrameSize(320, 180), 45, columns=5, rows=4)
    assert (grid.columns, grid.rows, grid.sprite_count) == (5, 4, 3)
    assert grid.sprite_size == FrameSize(1600, 720)
    assert list(grid.indices(2)) == [40, 41, 42, 43, 44]
    few = plan_grid(FrameSize(320, 180), 3, rows=10)
    assert (few.columns, few.rows, few.sprite_count) == (10, 10, 1)


@pytest.mark.parametrize(("tile", "columns", "rows"), [((320, 180), 13, 1), ((320, 180), 2, 23), ((3000, 100), 2, 2)])
def test_rows_that_pass_the_longest_side_are_refused(tile: tuple[int, int], columns: int, rows: int) -> None:
    """A layout that was asked for is never changed in silence."""
    with pytest.raises(ValueError, match=f"{columns}x{rows} tiles of .* make .*max_sprite_side"):
        plan_grid(FrameSize(*tile), 100, columns=columns, rows=rows)
