"""What do all thumbnails look like at once?"""

from pathlib import Path

import pytest
from PIL import Image

from filmstrip.media.pictures.contact_picture import CaptionedPicture, draw_contact_picture
from filmstrip.media.pictures.picture_check import picture_facts

_COLORS = ["red", "green", "blue", "yellow", "white"]


@pytest.fixture
def pictures(tmp_path: Path) -> list[CaptionedPicture]:
    """Five pictures of one color each."""
    for color in _COLORS:
        Image.new("RGB", (64, 48), color).save(tmp_path / f"{color}.png")
    return [CaptionedPicture(tmp_path / f"{color}.png", color) for color in _COLORS]


def test_every_picture_is_on_the_sheet(pictures: list[CaptionedPicture], tmp_path: Path) -> None:
    """The sheet shows each picture unscaled, above its caption, on a PNG that is a whole picture."""
    path = tmp_path / "contact.png"
    draw_contact_picture(pictures, path, columns=3)
    assert picture_facts(path.read_bytes()).content_type == "image/png"
    with Image.open(path) as sheet:
        counts = {color: count for count, color in sheet.convert("RGB").getcolors(1 << 20) or []}
    for color in ["red", "blue", "yellow"]:
        with Image.open(tmp_path / f"{color}.png") as picture:
            assert counts.get(picture.getpixel((0, 0)), 0) == 64 * 48
