"""Are transparent pictures laid on the background, however they tell what is transparent?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from output_runs import run_output

GREEN, BLUE = (32, 192, 64), (0, 0, 255)


def half_transparent(path: Path, mode: str) -> Path:
    """Store a picture whose left half is green and whose right half nobody sees."""
    picture = Image.new("RGBA", (64, 48), (*GREEN, 255))
    picture.paste((*GREEN, 0), (32, 0, 64, 48))
    if mode == "P":
        indexed = Image.fromarray(np.asarray(picture)[..., 3] // 255)
        indexed.putpalette([*GREEN, *GREEN])
        indexed.save(path, transparency=0)
    else:
        picture.save(path)
    return path


@pytest.mark.parametrize("image_format", ["png", "jpg"])
@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_the_background_is_seen_through(mode: str, image_format: str, tmp_path: Path) -> None:
    """A palette tells which of its colours are transparent in a fourth byte, as many PNG do."""
    photo = half_transparent(tmp_path / "photo.png", mode)
    asked = {"background": "#0000ff", "image_format": image_format, "interval": 1}
    run = run_output(photo, tmp_path / "out", output="thumbnails", **asked)
    with Image.open(run.first) as picture:
        rgb = np.asarray(picture.convert("RGB"), int)
    assert np.abs(rgb[24, 8] - GREEN).max() < 8
    assert np.abs(rgb[24, 56] - BLUE).max() < 8


def test_an_opaque_palette_stays_as_it_is(tmp_path: Path) -> None:
    """A palette without transparent colours is no reason to lay the picture on anything."""
    Image.new("RGB", (64, 48), GREEN).convert("P").save(tmp_path / "photo.png")
    run = run_output(tmp_path / "photo.png", tmp_path / "out", output="thumbnails", interval=1, background="#0000ff")
    with Image.open(run.first) as picture:
        assert np.abs(np.asarray(picture.convert("RGB"), int) - GREEN).max() < 40
