"""Are pictures with EXIF read, and turned as browsers turn them?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mp4_bench import encode, generate
from output_runs import run_output

RED, GREEN, BLUE, GREY = (200, 30, 30), (30, 200, 30), (30, 30, 200), (128, 128, 128)
UPRIGHT = ((RED, GREEN), (BLUE, GREY))
ORIENTATION, MAKE = 0x0112, 0x010F
# How the upright picture is stored for each value of the tag (CIPA DC-008, 4.6.5): what undoes what a viewer does.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def photo(path: Path, orientation: int) -> Path:
    """Store four coloured corners, 96x64 when they are upright, as a camera that is held otherwise does."""
    upright = Image.fromarray(np.array(UPRIGHT, np.uint8)).resize((96, 64), Image.Resampling.NEAREST)
    turn = STORED[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "A camera"
    stored.save(path, exif=exif, **({"quality": 95} if path.suffix in {".jpg", ".webp"} else {}))
    return path


def corners(picture: Image.Image) -> np.ndarray:
    width, height = picture.size
    points = [[(width // 4, height // 4), (3 * width // 4, height // 4)]]
    points.append([(x, height - y) for x, y in points[0]])
    return np.array([[picture.convert("RGB").getpixel(point) for point in row] for row in points], float)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff"])
@pytest.mark.parametrize("orientation", sorted(STORED))
def test_a_photo_stands_upright(orientation: int, suffix: str, tmp_path: Path) -> None:
    """Each of the eight orientations of EXIF is honoured, in each format that has it."""
    run = run_output(
        photo(tmp_path / f"photo.{suffix}", orientation), tmp_path / "out", output="thumbnails", interval=1
    )
    with Image.open(run.first) as picture:
        assert picture.size == (96, 64)
        assert np.abs(corners(picture) - np.array(UPRIGHT)).max() < 20


@pytest.mark.parametrize("orientation", [1, 5, 6])
def test_the_mp4_of_a_photo_stands_upright(orientation: int, tmp_path: Path) -> None:
    """The video of a picture is turned as its thumbnail is."""
    encoded = encode(photo(tmp_path / "photo.jpg", orientation), tmp_path)
    picture = Image.fromarray(encoded.picture())
    assert picture.size == (96, 64)
    assert np.abs(corners(picture) - np.array(UPRIGHT)).max() < 30


def test_motion_jpeg_with_exif_is_read(tmp_path: Path) -> None:
    """Cameras that write EXIF into every picture of a film."""
    frame = photo(tmp_path / "photo.jpg", 1)
    film = generate(tmp_path / "film.avi", "-loop", "1", "-t", "2", "-i", str(frame), "-c:v", "copy")
    assert len(run_output(film, tmp_path / "out", output="thumbnails", interval=1).made) == 3
