"""Estimates how much a series of pictures will weigh, so that the client is told before it is made. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from filmstrip.domain.picture import ImageFormat
from filmstrip.outputs.thumbnails.layout import ThumbnailSet

_MUCH_WITHOUT_A_SIZE = 10_000_000
_MUCH = 1_000_000_000
_USUAL_WIDTH = 320


def bulk_warning(sets: Sequence[ThumbnailSet], *, has_size: bool) -> Iterator[str]:
    """Return how many files there will be and about how large, and what makes them smaller, where that is much.

    Args:
        sets: The files of each size; at least one.
        has_size: Whether the client said which size it wants.
    """
    expected = sum(_bytes_of(each, each.tiles.tile.width, each.image_format) for each in sets)
    if expected < (_MUCH if has_size else _MUCH_WITHOUT_A_SIZE):
        return
    first = sets[0]
    small = _bytes_of(first, min(_USUAL_WIDTH, first.tiles.tile.width), ImageFormat.JPG)
    why = "" if has_size else f"No size was asked for, so that pictures have that of the source ({first.tiles.tile}): "
    files = sum(each.tiles.sprite_count for each in sets)
    yield (
        f"{why}{files} files of about {amount(expected)} altogether as {first.image_format.value}; "
        f'"width": {_USUAL_WIDTH} and "image_format": "jpg" make about {amount(small)}'
    )


def _bytes_of(each: ThumbnailSet, width: int, image_format: ImageFormat) -> float:
    tile = each.tiles.tile
    height = tile.height * width / tile.width
    return each.tiles.count * width * height * image_format.kind.bytes_per_pixel


def amount(size_bytes: float) -> str:
    """Write a number of bytes for people, in decimal units: "2.1 GB", "12 MB", "800 kB"."""
    for unit, value in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= value:
            return f"{size_bytes / value:.2g} {unit}" if size_bytes < 10 * value else f"{size_bytes / value:.0f} {unit}"
    return f"{size_bytes:.0f} bytes"
