"""The sprites that show a whole video, and the time that each of them covers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.sprite_grid import SpriteGrid
from filmstrip.domain.timing import ceil_to_millisecond
from filmstrip.manifest.picture import check_url_reference


@dataclass(frozen=True, slots=True)
class Sprite:
    """One image file of a series.

    Attributes:
        name: URL reference, best a bare file name in the manifest's own folder.
        size_bytes: Length of the file.
    """

    name: str
    size_bytes: int

    def __post_init__(self) -> None:
        check_url_reference(self.name)


@dataclass(frozen=True, slots=True)
class SpriteSeries:
    """Sprites whose tiles follow each other at a fixed interval from 0 on; images of one tile are sprites too.

    Attributes:
        grid: Layout of the tiles; every file has the full grid, padded if there are no more thumbnails.
        sprites: The files, in order: as many as the grid needs.
        interval: Seconds from one tile to the next.
        duration: Seconds that are covered altogether.
        content_type: MIME type of the files.
    """

    grid: SpriteGrid
    sprites: tuple[Sprite, ...]
    interval: Fraction
    duration: Fraction
    content_type: str

    def __post_init__(self) -> None:
        if len(self.sprites) != self.grid.sprite_count:
            raise ValueError(
                f"{self.grid.count} thumbnails need {self.grid.sprite_count} files, not {len(self.sprites)}"
            )

    @property
    def full_seconds(self) -> Fraction:
        """How long a full sprite lasts, in seconds."""
        return self.interval * self.grid.tiles_per_sprite

    def covered_seconds(self, sprite_index: int) -> Fraction:
        """Return how many seconds a sprite is shown; the last one to the end, rounded up to a millisecond."""
        start = self.full_seconds * sprite_index
        if sprite_index < len(self.sprites) - 1:
            return self.full_seconds
        return max(ceil_to_millisecond(self.duration), start + Fraction(1, 1000)) - start

    @property
    def peak_bits_per_second(self) -> int:
        """Largest bit rate of a single file over the time that it is shown."""
        return peak_bits_per_second(
            [sprite.size_bytes for sprite in self.sprites],
            [self.covered_seconds(index) for index in range(len(self.sprites))],
        )


def peak_bits_per_second(sizes_bytes: Sequence[int], durations: Sequence[Fraction]) -> int:
    """Find the largest bit rate of any file over its own time in seconds; at least 1."""
    rates = (Fraction(8 * size) / duration for size, duration in zip(sizes_bytes, durations, strict=True))
    return max(1, math.ceil(max(rates)))
