"""Draws all thumbnails in one picture, each above its caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from filmstrip.domain.contact_grid import CAPTION_HEIGHT, GAP, sheet_size
from filmstrip.domain.geometry import FrameSize

RgbArray = npt.NDArray[np.uint8]

_FONT_SIZE = 18
_BACKGROUND = (18, 20, 24)
_INK = (226, 228, 232)
_COLORS = 255  # a palette makes the file a third as large, and no viewer sees the difference


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
    """Draw picture files in a grid, row-major from the top left, and write it as PNG.

    Args:
        pictures: At least one.
        path: The file to write.
        columns: Pictures in a row.
    """
    shown = [_open_picture(picture.path) for picture in pictures]
    sheet = lay_out(shown, [picture.caption for picture in pictures], columns)
    Image.fromarray(sheet).quantize(_COLORS, method=Image.Quantize.MEDIANCUT).save(path, "PNG", optimize=True)


def lay_out(pictures: Sequence[RgbArray], captions: Sequence[str], columns: int) -> RgbArray:
    """Draw pictures in a grid, row-major from the top left, each above its caption.

    Args:
        pictures: uint8 [H, W, 3], RGB, all of one size; at least one.
        captions: A few words for each.
        columns: Pictures in a row.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    width, height = pictures[0].shape[1] + GAP, pictures[0].shape[0] + CAPTION_HEIGHT
    size = sheet_size(FrameSize(pictures[0].shape[1], pictures[0].shape[0]), len(pictures), columns)
    sheet = Image.new("RGB", (size.width, size.height), _BACKGROUND)
    # Pillow brings this font along: the machine needs none.
    font = ImageFont.load_default(_FONT_SIZE)
    for index, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        row, column = divmod(index, columns)
        left, top = GAP + column * width, GAP + row * height
        sheet.paste(Image.fromarray(picture), (left, top))
        middle = (left + picture.shape[1] // 2, top + picture.shape[0] + CAPTION_HEIGHT // 2)
        ImageDraw.Draw(sheet).text(middle, caption, fill=_INK, font=font, anchor="mm")
    return np.asarray(sheet)


def _open_picture(path: Path) -> RgbArray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))
