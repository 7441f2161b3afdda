"""The place of each thumbnail when many of them share an image."""

from __future__ import annotations

import math
from dataclasses import dataclass

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.picture import ImageFormat
from filmstrip.domain.picture_limits import MAX_PIXELS, check_pixels, check_sides

DEFAULT_COLUMNS = 10
"""Tiles in a row if the client does not say."""

DEFAULT_MAX_SIDE = 4096
"""Longest side of a sprite in pixels if the client does not say: phones and set-top boxes decode no more."""


@dataclass(frozen=True, slots=True)
class TilePlace:
    """Where one thumbnail is.

    Attributes:
        sprite_index: Which sprite, from 0.
        x: Left edge in that sprite, in pixels.
        y: Top edge in that sprite, in pixels.
    """

    sprite_index: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class SpriteGrid:
    """Equal tiles without gaps, row by row from the top left, in one or more sprites of equal size.

    The last sprite is padded to the full grid: players compute the size of a sprite from the first one.

    Attributes:
        tile: Size of one thumbnail.
        count: How many thumbnails there really are, padding not counted; at least 1.
        columns: Tiles in a row; at least 1.
        rows: Rows of each sprite; at least 1.
    """

    tile: FrameSize
    count: int
    columns: int
    rows: int

    def __post_init__(self) -> None:
        if min(self.count, self.columns, self.rows) < 1:
            raise ValueError(f"A sprite has at least one tile, not {self.count} in {self.columns}x{self.rows}")

    @property
    def tiles_per_sprite(self) -> int:
        """How many tiles a full sprite holds."""
        return self.columns * self.rows

    @property
    def sprite_count(self) -> int:
        """How many sprites there are."""
        return math.ceil(self.count / self.tiles_per_sprite)

    @property
    def sprite_size(self) -> FrameSize:
        """Size of each sprite."""
        return FrameSize(self.tile.width * self.columns, self.tile.height * self.rows)

    def indices(self, sprite_index: int) -> range:
        """Return which thumbnails (from 0) a sprite really shows."""
        first = sprite_index * self.tiles_per_sprite
        return range(first, min(self.count, first + self.tiles_per_sprite))

    def place(self, index: int) -> TilePlace:
        """Return where thumbnail `index` (from 0) is."""
        sprite_index, position = divmod(index, self.tiles_per_sprite)
        row, column = divmod(position, self.columns)
        return TilePlace(sprite_index, column * self.tile.width, row * self.tile.height)


def plan_grid(
    tile: FrameSize,
    count: int,
    columns: int | None = None,
    *,
    rows: int | None = None,
    max_side: int = DEFAULT_MAX_SIDE,
    image_format: ImageFormat = ImageFormat.JPG,
) -> SpriteGrid:
    """Choose the grid: as many columns as asked for and as few sprites as the longest side allows.

    Rows are spread evenly over the sprites, so that the last one has little padding: some players time the tiles of
    a sprite as if it were full. A single tile may pass `max_side`, but never what the format can express.

    Args:
        tile: Size of one thumbnail.
        count: How many thumbnails; at least 1.
        columns: Tiles in a row, None for the default; fewer are used when there are fewer thumbnails or when
            the row would be too wide.
        rows: Rows of each sprite; then columns and rows are exactly those. None for as many as are allowed.
        max_side: Longest side of a sprite in pixels.
        image_format: Format of the sprites.

    Raises:
        ValueError: One thumbnail alone is larger than a picture can be, or a sprite with these rows would be
            larger than allowed.
    """
    check_sides(tile, image_format, what="a thumbnail")
    check_pixels(tile, what="a thumbnail")
    limit = min(max_side, image_format.kind.longest_side)
    if rows is not None:
        grid = SpriteGrid(tile, count, columns or DEFAULT_COLUMNS, rows)
        _check_size(grid, limit)
        return grid
    used_columns = min(columns or DEFAULT_COLUMNS, count, max(1, limit // tile.width))
    all_rows = math.ceil(count / used_columns)
    most_rows = min(limit, MAX_PIXELS // (used_columns * tile.width)) // tile.height
    sprite_count = math.ceil(all_rows / max(1, most_rows))
    return SpriteGrid(tile, count, used_columns, math.ceil(all_rows / sprite_count))


def _check_size(grid: SpriteGrid, limit: int) -> None:
    size = grid.sprite_size
    if max(size.width, size.height) > limit or size.width * size.height > MAX_PIXELS:
        raise ValueError(
            f"{grid.columns}x{grid.rows} tiles of {grid.tile} make {size}; at most {limit} pixels a side and "
            f"{MAX_PIXELS} altogether are allowed (max_sprite_side)"
        )
