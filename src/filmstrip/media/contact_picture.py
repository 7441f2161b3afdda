"""What do all thumbnails look like at once? One picture that shows each of them above its caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_GAP = 12
_CAPTION_HEIGHT = 30
_FONT_SIZE = 18
_BACKGROUND = (18, 20, 24)
_INK = (226, 228, 232)
_COLORS = 255  # a palette makes the file a third as large, and nobody sees the difference


@dataclass(frozen=True, slots=True)
class CaptionedPicture:
    """A picture file and the words below it.

    Attributes:
        path: The picture; all pictures of a contact picture are of the size of the first.
        caption: A few words.
    """

    path: Path
    caption: str


def draw_contact_picture(pictures: Sequence[CaptionedPicture], path: Path, *, columns: int = 4) -> None:
    """Draw pictures in a grid, row-major from the top left, and write it as PNG.

    Args:
        pictures: At least one.
        path: The file to write.
        columns: Pictures in a row.
    """
    with Image.open(pictures[0].path) as first:
        width, height = first.width + _GAP, first.height + _CAPTION_HEIGHT
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * width + _GAP, rows * height + _GAP), _BACKGROUND)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        _place(sheet, picture, _GAP + column * width, _GAP + row * height)
    sheet.quantize(_COLORS, method=Image.Quantize.MEDIANCUT).save(path, "PNG", optimize=True)


def _place(sheet: Image.Image, captioned: CaptionedPicture, left: int, top: int) -> None:
    # Pillow brings this font along: the machine needs none.
    font = ImageFont.load_default(_FONT_SIZE)
    with Image.open(captioned.path) as picture:
        sheet.paste(picture.convert("RGB"), (left, top))
        middle = (left + picture.width // 2, top + picture.height + _CAPTION_HEIGHT // 2)
    ImageDraw.Draw(sheet).text(middle, captioned.caption, fill=_INK, font=font, anchor="mm")
