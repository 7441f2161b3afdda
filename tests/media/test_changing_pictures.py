"""Does each picture keep its shape and colours where they change midway, in thumbnails and mp4 alike?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

import barcode
from assets.basic import X264
from assets.recipes import Encoding, Film, tags
from colors import BT601
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from mp4_bench import encode, generate
from output_runs import run_output
from pictures import PATCHES, Look

VP8 = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 1500k -g 50"
WIDE, TALL, LARGE, SMALL = Look((320, 180)), Look((180, 320)), Look((480, 270)), Look((160, 90))
FULL_601 = Look((320, 180), coding=BT601)
COUNT = 26
STEP = COUNT // 2
EACH = {"output": "thumbnails", "interval": "0.52"}
"""Two pictures of each film, the second one thirteen frames behind the first."""


def one_after_the_other(folder: Path, looks: Sequence[Look], suffix: str, options: str) -> Path:
    """Make films of a second, one behind the other: in one stream without a new header, or whole files in a file."""
    names = []
    suffix, _, joined = suffix.partition(" ")
    for part, look in enumerate(looks):
        film = Film(COUNT, look=look, first=part * COUNT)
        begin = f"-output_ts_offset {part * COUNT / 25}" if suffix == "ts" and not joined else ""
        tagged = tags(look, transfer=6, primaries=6) if look.coding is BT601 else tags(look)
        name = folder / f"part{part}.{suffix}"
        Encoding(film, f"{options} {tagged} {begin}")(name)
        names.append(name)
    path = folder / f"film.{suffix}"
    if suffix == "ts" or joined:
        path.write_bytes(b"".join(name.read_bytes() for name in names))
        return path
    listed = folder / "list.txt"
    listed.write_text("".join(f"file '{name}'\n" for name in names))
    return generate(path, "-f", "concat", "-safe", "0", "-i", str(listed), "-c", "copy")


def content(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cut off the bars around a picture of a shape."""
    height, width = picture.shape[:2]
    scale = min(width / size[0], height / size[1])
    inner_width, inner_height = round(size[0] * scale), round(size[1] * scale)
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    for outside in (picture[: max(0, top - 2)], picture[:, : max(0, left - 2)]):
        assert outside.size == 0 or outside.max() < 30
    return picture[top : top + inner_height, left : left + inner_width]


def assert_shown(picture: np.ndarray, number: int, look: Look) -> None:
    inner = content(picture, look.size)
    assert barcode.read_number(inner) == number
    for patch in PATCHES:
        height, width = inner.shape[:2]
        x = int(width * (patch.window.left + patch.window.width / 2))
        y = int(height * (patch.window.top + patch.window.height / 2))
        seen = inner[y - 2 : y + 2, x - 2 : x + 2].mean(axis=(0, 1))
        assert np.abs(seen - 255 * np.array(patch.rgb)).max() < 16, f"{number} {patch.name}: {seen}"


CASES = [
    ([WIDE, TALL, WIDE], "ts", f"{X264} -g 25 -bf 0", (320, 320)),
    ([TALL, WIDE], "ts", f"{X264} -g 25 -bf 0", (320, 320)),
    ([SMALL, LARGE, SMALL], "ts", f"{X264} -g 25 -bf 0", (480, 270)),
    ([WIDE, FULL_601, WIDE], "ts", f"{X264} -g 25 -bf 0", (320, 180)),
    ([FULL_601, WIDE], "mkv", f"{X264} -g 25 -x264-params repeat-headers=1", (320, 180)),
    ([Look((320, 180), coding=BT601), Look((180, 320), coding=BT601)], "webm", VP8, (320, 320)),
    ([Look((320, 180), coding=BT601), Look((180, 320), coding=BT601)], "mkv", VP8, (320, 320)),
    ([SMALL, LARGE, SMALL], "ts joined", f"{X264} -g 25 -bf 0", (480, 270)),
    ([WIDE, TALL], "mkv joined", f"{X264} -g 25 -bf 0", (320, 320)),
    ([SMALL, LARGE], "mp4 joined", f"{X264} -g 25 -bf 0", (480, 270)),
]


@pytest.mark.parametrize(("looks", "suffix", "options", "frame"), CASES)
def test_each_picture_keeps_its_own_shape_and_colors(
    looks: Sequence[Look], suffix: str, options: str, frame: tuple[int, int], tmp_path: Path
) -> None:
    """All are shown in one frame in which the largest fits, with bars where needed, which a warning tells."""
    source = one_after_the_other(tmp_path, looks, suffix, options)
    run = run_output(source, tmp_path / "thumbnails", **EACH)
    for at in range(len(looks) * 2):
        picture = np.asarray(Image.open(tmp_path / "thumbnails" / f"thumb_{at + 1:04}.png"))
        assert (picture.shape[1], picture.shape[0]) == frame
        assert_shown(picture, at * STEP, looks[at // 2])
    assert any("change their size or shape" in warning for warning in run.info.warnings) == (
        len({look.size for look in looks}) > 1
    )
    encoded = encode(source, tmp_path / "video", quality=12)
    with av.open(encoded.path) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == len(looks) * COUNT
    for at in range(len(looks) * 2):
        rgb = frames[at * STEP + 1].reformat(format="rgb24", src_colorspace=_matrix(frames[0])).to_ndarray()
        assert (rgb.shape[1], rgb.shape[0]) == frame
        assert_shown(rgb, at * STEP + 1, looks[at // 2])


def _matrix(frame: av.VideoFrame) -> str:
    return {1: "ITU709", 2: "ITU601", 5: "ITU601", 6: "ITU601"}[int(frame.colorspace)]


def test_an_asked_size_frames_them_all(tmp_path: Path) -> None:
    """Also a thumbnail of an asked size, and one that is cropped, does not stretch a picture of another shape."""
    source = one_after_the_other(tmp_path, [WIDE, TALL], "ts", f"{X264} -g 25 -bf 0")
    run_output(source, tmp_path / "out", **EACH, width=240, height=240, image_format="jpg")
    for at, look in enumerate([WIDE, WIDE, TALL, TALL]):
        picture = np.asarray(Image.open(tmp_path / "out" / f"thumb_{at + 1:04}.jpg").convert("RGB"))
        assert barcode.read_number(content(picture, look.size)) == at * STEP


def test_pictures_of_one_size_have_no_frame(tmp_path: Path) -> None:
    """Nothing changes for a film whose pictures are all alike."""
    source = one_after_the_other(tmp_path, [WIDE, WIDE], "ts", f"{X264} -g 25 -bf 0")
    info = probe(LocalFile(source), MediaSettings())
    assert info.video is not None
    assert info.video.frame_size is None
    assert not info.warnings
    assert info.duration_seconds == pytest.approx(2 * COUNT / 25, abs=0.1)
