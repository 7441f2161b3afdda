"""Writes a table by which ffmpeg maps high dynamic range as thumbnails do: what `tone_map` makes of each colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from filmstrip.domain.media_info import ColorInfo
from filmstrip.media.pictures.tone_map import map_deep

# Between its points the table is followed in straight lines: with so many, to a code of 8 bits or so.
POINTS = 65


def write_tone_lut(path: Path, color: ColorInfo, points: int = POINTS) -> None:
    """Write the mapping of a source's colours to BT.709 as a table that ffmpeg's `lut3d` reads (a .cube file).

    Args:
        path: The file.
        color: Where the pictures come from; of high dynamic range.
        points: How many along each of red, green and blue.
    """
    levels = np.linspace(0, 65535, points).round().astype(np.uint16)
    # Red changes fastest.
    blue, green, red = np.meshgrid(levels, levels, levels, indexing="ij")
    mapped = map_deep(np.stack([red, green, blue], axis=-1).reshape(points * points, points, 3), color)
    with path.open("w", encoding="ascii") as file:
        file.write(f"LUT_3D_SIZE {points}\n")
        np.savetxt(file, mapped.reshape(-1, 3), fmt="%.5f")
