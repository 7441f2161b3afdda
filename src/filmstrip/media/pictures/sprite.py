"""Lets pictures share one large image: each is copied to its tile; what no picture fills stays black."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from filmstrip.domain.sprite_grid import SpriteGrid


class Sheet:
    """One sprite while it is filled. Different tiles may be placed by different threads."""

    def __init__(self, grid: SpriteGrid) -> None:
        self._grid = grid
        size = grid.sprite_size
        self.pixels: npt.NDArray[np.uint8] = np.zeros((size.height, size.width, 3), np.uint8)
        """uint8 [H, W, 3], RGB, of the full grid."""

    def place(self, index: int, rgb: npt.NDArray[np.uint8]) -> None:
        """Copy picture `index` (from 0, of the whole series) to its tile.

        Args:
            index: Its number in the series; its sprite is taken to be this one.
            rgb: uint8 [H, W, 3] of exactly the tile's size.
        """
        place, tile = self._grid.place(index), self._grid.tile
        self.pixels[place.y : place.y + tile.height, place.x : place.x + tile.width] = rgb
