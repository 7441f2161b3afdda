"""Can the bar code be trusted? It is read at every size and shape that tests use, and never read wrongly."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from barcode import LARGEST, WHOLE, centered_window, read_number, read_number_of_file
from colors import BT709_FULL
from pictures import Look, draw

SIZES = [(160, 90), (320, 240), (90, 160), (64, 64), (1920, 1080), (48, 48)]
NUMBERS = [0, 1, 255, 256, 4711, 21845, 43690, LARGEST]


def picture_of(number: int, size: tuple[int, int] = (640, 360)) -> Image.Image:
    """Draw a frame as a grey picture."""
    luma, _, _ = draw(number, Fraction(number, 25), Look(size, coding=BT709_FULL, layout="yuv444p"))
    return Image.fromarray(luma.astype(np.uint8))


def as_jpeg(picture: Image.Image) -> Image.Image:
    """Compress as thumbnails are."""
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=60)
    return Image.open(packed)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_stretched_jpeg_is_read(number: int, size: tuple[int, int]) -> None:
    """The number survives scaling to any shape and strong JPEG compression."""
    assert read_number(as_jpeg(picture_of(number).resize(size, Image.Resampling.BICUBIC))) == number


@pytest.mark.parametrize(
    ("drawn", "seen"), [((640, 360), (240, 180)), ((640, 360), (180, 180)), ((360, 640), (160, 120))]
)
def test_a_cropped_picture_is_read(drawn: tuple[int, int], seen: tuple[int, int]) -> None:
    """The code is small enough to survive the crops that outputs make, out of the middle."""
    picture = picture_of(4711, drawn)
    factor = max(seen[0] / drawn[0], seen[1] / drawn[1])
    scaled = picture.resize((round(drawn[0] * factor), round(drawn[1] * factor)))
    left, top = (scaled.width - seen[0]) // 2, (scaled.height - seen[1]) // 2
    cropped = scaled.crop((left, top, left + seen[0], top + seen[1]))
    assert read_number(cropped, centered_window(drawn, seen)) == 4711


@pytest.mark.parametrize("gain", [0.25, 0.5, 1.0])
def test_contrast_alone_is_read(gain: float) -> None:
    """Tone mapping and range errors change levels, not the number."""
    assert read_number(picture_of(4711).point(lambda level: 40 + gain * level * 0.8)) == 4711


@pytest.mark.parametrize("turn", list(Image.Transpose), ids=lambda turn: turn.name)
def test_a_turned_or_mirrored_picture_is_refused(turn: Image.Transpose) -> None:
    """Only an upright picture has a number, so that a missing rotation cannot pass a test."""
    for number in NUMBERS:
        assert read_number(picture_of(number, (360, 360)).transpose(turn)) is None


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_a_blend_of_two_pictures_is_refused(share: float) -> None:
    """A picture between two frames, as frame rate converters make, has no number."""
    assert read_number(Image.blend(picture_of(100), picture_of(101), share)) is None


@pytest.mark.parametrize("row", range(130, 230, 11))
def test_a_torn_picture_is_refused(row: int) -> None:
    """A picture whose lower part is of another frame is not read as a third one."""
    torn = picture_of(1234)
    torn.paste(picture_of(2345).crop((0, row, 640, 360)), (0, row))
    assert read_number(torn) in {None, 1234, 2345}


def test_noise_has_no_number() -> None:
    """Random pictures are not read as numbers."""
    random = np.random.default_rng(3)
    pictures = (np.kron(random.integers(0, 2, (20, 20)) * 255, np.ones((9, 16))) for _ in range(300))
    assert [read_number(picture) for picture in pictures] == [None] * 300


def test_a_file_is_read(tmp_path: Path) -> None:
    """An image file of any format that Pillow knows is read."""
    path = tmp_path / "picture.png"
    picture_of(77).save(path)
    assert read_number_of_file(path, WHOLE) == 77
