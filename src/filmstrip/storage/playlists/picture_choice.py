"""Which of several pictures of one film is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """What is told of a picture.

    Attributes:
        width: In pixels, 0 if it is not told.
        height: In pixels, 0 if it is not told.
        bits_per_second: What it takes to fetch, 0 if it is not told.
        has_pictures: Whether it may be a picture at all; else sound alone.
        has_usual_colors: Whether its colours are what decoders tell; those of Dolby Vision alone are not.
    """

    width: int
    height: int
    bits_per_second: int
    has_pictures: bool = True
    has_usual_colors: bool = True

    @property
    def short_side(self) -> int:
        """Pixels of the smaller side."""
        return min(self.width, self.height)

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.width * self.height

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """What makes it better: the largest picture, and of those the one that takes most to fetch."""
        return (self.has_pictures, self.has_usual_colors, self.pixels, self.bits_per_second)


def best_picture(pictures: Sequence[Picture], short_side: int | None) -> int:
    """Return the index of the best picture, the first of several that are as good.

    Args:
        pictures: One at least.
        short_side: Pixels of the smaller side that are enough: then it is the best of the smallest that have as many.
            None for the best of all, as where none has as many.
    """
    indexes = list(range(len(pictures)))
    usual = [index for index in indexes if pictures[index].has_usual_colors] or indexes
    enough = [index for index in usual if short_side is not None and pictures[index].short_side >= short_side > 0]
    if enough:
        least = min(pictures[index].pixels for index in enough)
        indexes = [index for index in enough if pictures[index].pixels == least]
    return max(indexes, key=lambda index: pictures[index].rank)
