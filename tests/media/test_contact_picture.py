"""What do all thumbnails look like at once?"""

from pathlib import Path

import pytest
from PIL import Image

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.domain.geometry import FrameSize
from filmstrip.media.contact_picture import CaptionedPicture, draw_contact_picture
from filmstrip.media.picture_file import picture_facts

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
    assert picture_facts(path).content_type == "image/png"
    with Image.open(path) as sheet:
        counts = {color: count for count, color in sheet.convert("RGB").getcolors(1 << 20) or []}
    for color in ["red", "blue", "yellow"]:
        with Image.open(tmp_path / f"{color}.png") as picture:
            assert counts.get(picture.getpixel((0, 0)), 0) == 64 * 48


def test_a_picture_is_what_it_is_and_not_what_it_is_called(tmp_path: Path) -> None:
    """A JPEG that calls itself PNG is told as the JPEG that it is."""
    path = tmp_path / "picture.png"
    Image.new("RGB", (31, 17)).save(path, "JPEG")
    facts = picture_facts(path)
    assert (facts.content_type, facts.size) == ("image/jpeg", FrameSize(31, 17))


@pytest.mark.parametrize("keep", [0, 40, 2000])
def test_half_a_picture_is_no_picture(tmp_path: Path, keep: int) -> None:
    """A truncated file is refused, even where its header is whole."""
    path = tmp_path / "picture.png"
    Image.effect_noise((64, 64), 50).save(path, "PNG")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(OutputInvalidError, match=r"picture\.png is not a whole picture"):
        picture_facts(path)
