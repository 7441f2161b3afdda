"""Reading a storyboard of JSON so that whatever is unusual about it can still be told."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from filmstrip.domain.geometry import FrameSize

_MOST_BYTES = 32 << 20
_LARGEST_SIDE = 10**9


@dataclass(frozen=True, slots=True)
class BoardImage:
    """One picture as it is written; None for what is absent or of another kind.

    Attributes:
        number: Its number, from 1.
        url: Address of the image, without a fragment.
        start: First moment in seconds.
        end: First moment after it, in seconds.
        place: Left and top edge in the image, in pixels.
        size: Its width and height.
        has_text: Whether it is written as a cue, whose relative address readers complete.
    """

    number: int
    url: str | None
    start: float | None
    end: float | None
    place: tuple[int, int] | None
    size: FrameSize | None
    has_text: bool = False

    def __str__(self) -> str:
        return f"picture {self.number}"


@dataclass(frozen=True, slots=True)
class Board:
    """A storyboard as it is written.

    Attributes:
        is_object: Whether it has Mux's shape, with one address for all tiles.
        url: That address; None without one.
        images: The pictures.
        own_urls: Addresses that tiles of Mux's shape have beside that; its readers pass them by.
    """

    is_object: bool
    url: str | None
    images: tuple[BoardImage, ...]
    own_urls: frozenset[str] = frozenset()


def read_board(data: bytes) -> Board | None:
    """Read a storyboard; None for JSON that is none, and for what is no JSON."""
    if len(data) > _MOST_BYTES:
        return None
    try:
        document: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, list):
        return _read_array(document)
    tiles = document.get("tiles") if isinstance(document, dict) else None
    return _read_object(document, tiles) if isinstance(document, dict) and isinstance(tiles, list) else None


def _read_array(items: list[object]) -> Board | None:
    known = [
        item for item in items if isinstance(item, dict) and ("startTime" in item) and ({"url", "text"} & set(item))
    ]
    if not known:
        return None
    rows = [item if isinstance(item, dict) else {} for item in items]
    return Board(False, None, tuple(_image(number, row) for number, row in enumerate(rows, start=1)))


def _image(number: int, row: dict[str, object]) -> BoardImage:
    coords = row.get("coords")
    coords = coords if isinstance(coords, dict) else {}
    url, place, size = _text(row.get("url")), _pair(coords.get("x"), coords.get("y")), _size(row, "width", "height")
    text = _text(row.get("text"))
    if text is not None:
        url, place, size = _cue(text)
    return BoardImage(
        number, url, _real(row.get("startTime")), _real(row.get("endTime")), place, size, text is not None
    )


def _cue(text: str) -> tuple[str, tuple[int, int] | None, FrameSize | None]:
    url, _, fragment = text.partition("#")
    parts = fragment.removeprefix("xywh=").split(",")
    numbers = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < len(str(_LARGEST_SIDE))]
    if len(numbers) != len("xywh") or len(parts) != len(numbers) or min(numbers[2:]) < 1:
        return url, None, None
    return url, (numbers[0], numbers[1]), FrameSize(numbers[2], numbers[3])


def _read_object(head: dict[str, object], tiles: list[object]) -> Board:
    url = _text(head.get("url"))
    size = _size(head, "tile_width", "tile_height") or _size(head, "tileWidth", "tileHeight")
    rows = [tile if isinstance(tile, dict) else {} for tile in tiles]
    images = tuple(
        BoardImage(
            number,
            url,
            _real(row["start"] if "start" in row else row.get("startTime")),
            _real(row.get("end")),
            _pair(row.get("x"), row.get("y")),
            size,
        )
        for number, row in enumerate(rows, start=1)
    )
    own = frozenset(own for row in rows if (own := _text(row.get("url"))) is not None and own != url)
    return Board(True, url, images, own)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _real(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return float(value) if abs(value) < 10**15 else None
    return value if math.isfinite(value) else None


def _pair(x: object, y: object) -> tuple[int, int] | None:
    whole = [value for value in (x, y) if isinstance(value, int) and not isinstance(value, bool)]
    return (
        (whole[0], whole[1]) if len(whole) == len("xy") and all(0 <= side < _LARGEST_SIDE for side in whole) else None
    )


def _size(row: dict[str, object], width: str, height: str) -> FrameSize | None:
    pair = _pair(row.get(width), row.get(height))
    return FrameSize(*pair) if pair and min(pair) >= 1 else None
