"""The size of a contact sheet, and the place of each picture in it."""

from __future__ import annotations

from filmstrip.domain.geometry import FrameSize

GAP = 12
"""Pixels between pictures, and around them."""

CAPTION_HEIGHT = 30
"""Pixels below each picture for its caption."""


def sheet_size(tile: FrameSize, count: int, columns: int) -> FrameSize:
    """Return the size of a sheet of `count` pictures of the size `tile`, row by row, each above its caption."""
    rows = -(-count // columns)
    return FrameSize(columns * (tile.width + GAP) + GAP, rows * (tile.height + CAPTION_HEIGHT) + GAP)
