"""Are the colours of an mp4 those of its source?"""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from assets import ASSETS
from mp4_bench import Encoded, encode, generate, moving_picture
from output_runs import run_output


def _tags(encoded: Encoded) -> tuple[int, int, int, int]:
    """Range, primaries, transfer and matrix, numbered by ITU-T H.273 (range 1 is limited, 2 is full)."""
    with av.open(encoded.path) as container:
        frame = next(container.decode(video=0))
        return int(frame.color_range), int(frame.color_primaries), int(frame.color_trc), int(frame.colorspace)


def _plain_color(path: Path, size: str, color: str) -> Path:
    """Make an untagged source of one colour, in the matrix that players assume for its size."""
    matrix = "bt709" if size == "1280x720" else "smpte170m"
    picture = f"color={color}:size={size}:rate=5:duration=1,format=gbrp"
    convert = f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p,setparams=colorspace=unknown:range=unknown"
    return generate(path, "-f", "lavfi", "-i", f"{picture},{convert}", "-c:v", "libx264", "-qp", "1")


@pytest.mark.parametrize(("size", "matrix"), [("1280x720", 1), ("640x480", 6)])
def test_untagged_colors_survive_a_change_of_size(size: str, matrix: int, tmp_path: Path) -> None:
    """What players assume for the source's size is written into the result, so that they show the same colour."""
    encoded = encode(_plain_color(tmp_path / "s.mp4", size, "0xC03020"), tmp_path, height=240)
    assert _tags(encoded) == (1, matrix, matrix, matrix)
    assert encoded.picture().mean(axis=(0, 1)) == pytest.approx([0xC0, 0x30, 0x20], abs=4)


def test_tags_of_the_source_are_kept(tmp_path: Path) -> None:
    """A tagged source keeps its tags."""
    assert _tags(encode(ASSETS["bt601.mp4"].path, tmp_path, duration=0.2))[3] in {5, 6}


def test_full_range_becomes_limited(tmp_path: Path) -> None:
    """Full range sources are converted, as some players ignore the flag; the picture stays the same."""
    asset = ASSETS["full_range.mp4"]
    encoded = encode(asset.path, tmp_path, duration=0.2)
    assert _tags(encoded)[0] == 1
    with av.open(asset.path) as container:
        original = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert abs(original.astype(int) - encoded.picture().astype(int)).mean() < 3


def test_full_range_can_be_asked_for(tmp_path: Path) -> None:
    """pix_format yuvj420p is ordinary 4:2:0 in full range, and says so."""
    assert _tags(encode(ASSETS["plain.mp4"].path, tmp_path, pix_format="yuvj420p", duration=0.2))[0] == 2


@pytest.mark.parametrize("name", ["hdr10.mp4", "hlg.mp4"])
def test_hdr_becomes_sdr_if_asked_for(name: str, tmp_path: Path) -> None:
    """hdr_to_sdr makes a BT.709 picture that has neither grey veil nor colour cast; without it HDR stays HDR."""
    asset = ASSETS[name]
    mapped = encode(asset.path, tmp_path / "sdr", hdr_to_sdr=1, duration=0.2)
    assert _tags(mapped) == (1, 1, 1, 1)
    assert mapped.warnings == ()
    kept = encode(asset.path, tmp_path / "hdr", duration=0.2)
    assert _tags(kept)[1:] == (9, asset.transfer, 9)
    assert kept.warnings[0].startswith("The video keeps the source's high dynamic range")
    patches = {patch.name: _mean(mapped.picture(), patch.window) for patch in asset.look.patches}
    assert patches["red"].argmax() == 0
    assert patches["green"].argmax() == 1
    assert patches["blue"].argmax() == 2
    assert np.ptp(patches["white"]) < 6
    assert np.ptp(patches["grey"]) < 8
    assert patches["highlight"].mean() > patches["white"].mean() > 150 > patches["grey"].mean() > 50


@pytest.mark.parametrize("name", ["hdr10.mp4", "hlg.mp4"])
@pytest.mark.parametrize("folder", ["plain", "it's, [odd]; a:b"])
def test_thumbnails_and_video_map_high_dynamic_range_alike(name: str, folder: str, tmp_path: Path) -> None:
    """A preview is as bright as the video that it is of, in every patch and everywhere between."""
    asset = ASSETS[name]
    run_output(asset, tmp_path / "thumbnails", output="thumbnails", interval=100)
    thumbnail = np.asarray(Image.open(tmp_path / "thumbnails" / "thumb_0001.png").convert("RGB")).astype(int)
    encoded = encode(asset.path, tmp_path / folder, hdr_to_sdr=1, duration=0.2, quality=4)
    with av.open(encoded.path) as container:
        frame = next(container.decode(video=0))
    video = frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray().astype(int)
    for patch in asset.look.patches:
        shown, expected = _mean(video, patch.window), _mean(thumbnail, patch.window)
        # Near black the curve is steep, and eight codes are not seen.
        assert (np.abs(shown - expected) <= np.where(expected < 40, 10, 3)).all(), f"{patch.name}: {shown}, {expected}"
    assert np.abs(video - thumbnail).mean() < 2
    assert [path.name for path in (tmp_path / folder).iterdir()] == ["output"]


def _mean(picture: np.ndarray, window: object) -> np.ndarray:
    height, width = picture.shape[:2]
    left, top = window.left + 0.3 * window.width, window.top + 0.3 * window.height
    right, bottom = window.left + 0.7 * window.width, window.top + 0.7 * window.height
    part = picture[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
    return part.mean(axis=(0, 1))


def test_interlaced_video_becomes_progressive_if_asked_for(tmp_path: Path) -> None:
    """deinterlace removes the comb of moving edges and keeps the frame rate; without it the client is told."""
    asset = ASSETS["h264_top_first.mp4"]
    smooth = encode(asset.path, tmp_path / "a", deinterlace=1, quality=10)
    combed = encode(asset.path, tmp_path / "b", quality=10)
    assert len(smooth.packets()) == len(combed.packets()) == asset.frame_count
    assert _comb(smooth) < 0.5 * _comb(combed)
    assert combed.warnings == ("The source is interlaced and stays so: deinterlace 1 makes it progressive",)
    assert smooth.warnings == ()


def _comb(encoded: Encoded) -> float:
    """How much every second line differs from its neighbours, over some pictures."""
    with av.open(encoded.path) as container:
        frames = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)][5:15]
    return float(np.mean([abs(f[1:-1:2] * 2 - f[0:-2:2] - f[2::2][: len(f[1:-1:2])]).mean() for f in frames]))


def test_transparent_parts_become_black(tmp_path: Path) -> None:
    """What is transparent does not show the colour that is hidden there."""
    source = generate(
        tmp_path / "s.mov",
        *("-f", "lavfi", "-i", "color=white:size=64x64:duration=1,format=rgba,colorchannelmixer=aa=0"),
        *("-c:v", "qtrle"),
    )
    assert encode(source, tmp_path).picture().max() < 10


def test_a_moving_picture_of_any_depth_becomes_8_bits(tmp_path: Path) -> None:
    """4:2:2 and 10 bits become what all browsers decode."""
    source = generate(tmp_path / "s.mkv", *moving_picture("64x64"), "-pix_fmt", "yuv422p10le", "-c:v", "ffv1")
    with av.open(encode(source, tmp_path).path) as container:
        assert container.streams.video[0].pix_fmt == "yuv420p"
