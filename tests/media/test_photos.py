"""Is a photo one picture, whatever its name is and whatever lies behind it in the file?"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import barcode
from assets import ASSETS
from assets.recipes import FFMPEG, QUIET, run
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.media.containers.photo import photo_end
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from mp4_bench import encode
from output_runs import run_output

# An index of pictures in one file, as short as can be (CIPA DC-007, 5.1).
INDEX = b"\xff\xe2" + (6).to_bytes(2, "big") + b"MPF\0"


def picture(path: Path, number: int, *, progressive: bool = False) -> bytes:
    """Make a JPEG of the frame with a number."""
    pixels = ("-i", str(ASSETS["plain.mp4"].path), "-vf", f"select=eq(n\\,{number})", "-frames:v", "1", "-update", "1")
    png = path.with_suffix(".png")
    run([FFMPEG, *QUIET, *pixels, str(png)])
    with Image.open(png) as opened:
        opened.convert("RGB").save(path, quality=92, progressive=progressive)
    return path.read_bytes()


def shown(path: Path, folder: Path) -> list[int | None]:
    result = run_output(path, folder, output="thumbnails", interval=1)
    names = [name for name in result.made if name.endswith(".png")]
    return [barcode.read_number(Image.open(folder / name)) for name in names]


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("behind", ["nothing", "film", "picture", "rubbish"])
def test_a_photo_is_one_picture(behind: str, tmp_path: Path, *, progressive: bool) -> None:
    """A motion photo, a photo with a gain map and one with a maker's data are shown, and nothing of what is behind."""
    path = tmp_path / "photo.jpg"
    data = picture(path, 90, progressive=progressive)
    more = {
        "nothing": b"",
        "film": ASSETS["plain.mp4"].path.read_bytes(),
        "picture": picture(tmp_path / "other.jpg", 10),
        "rubbish": b"\0SEFT\xff\xd9\xff" * 50,
    }
    path.write_bytes(data[:2] + INDEX + data[2:] + more[behind])
    assert photo_end(LocalFile(path)) == len(data) + len(INDEX)
    assert shown(path, tmp_path / "out") == [90]
    assert [number for _, number in encode(path, tmp_path / "video").numbers()] == [90]


def test_motion_jpeg_stays_a_film(tmp_path: Path) -> None:
    """Pictures one behind the other without an index of them are a film."""
    path = tmp_path / "film.mjpeg"
    path.write_bytes(b"".join(picture(tmp_path / f"{number}.jpg", number) for number in range(10)) * 3)
    assert photo_end(LocalFile(path)) is None
    assert len(shown(path, tmp_path / "out")) == 2


def test_a_picture_that_breaks_off_is_no_whole_photo(tmp_path: Path) -> None:
    """Of a picture that was cut off, no end is found."""
    path = tmp_path / "photo.jpg"
    data = picture(path, 90)
    for length in (3, 4, 20, 400, len(data) - 2):
        path.write_bytes(data[:length])
        assert photo_end(LocalFile(path)) is None


def test_an_animated_webp_is_named(tmp_path: Path) -> None:
    """It is not read, and is called what it is, not a damaged film; a WebP of one picture is read."""
    first, second = Image.new("RGB", (64, 36), "red"), Image.new("RGB", (64, 36), "blue")
    first.save(tmp_path / "moves.webp", save_all=True, append_images=[second], duration=500)
    first.save(tmp_path / "stands.webp", exif=Image.Exif().tobytes(), lossless=True)
    with pytest.raises(SourceUnreadableError, match="is an animated WebP, which is not read here: make a GIF"):
        probe(LocalFile(tmp_path / "moves.webp"), MediaSettings())
    assert probe(LocalFile(tmp_path / "stands.webp"), MediaSettings()).video is not None
