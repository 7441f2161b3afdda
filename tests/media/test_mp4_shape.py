"""Is the picture of an mp4 as large, as upright and as wide as asked for?"""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from assets import ASSETS
from filmstrip.media.containers.mp4_boxes import is_faststart
from mp4_bench import Encoded, encode, generate, moving_picture


def _size(encoded: Encoded) -> tuple[int, int, Fraction]:
    with av.open(encoded.path) as container:
        video = container.streams.video[0]
        return video.width, video.height, Fraction(video.sample_aspect_ratio or 1)


def test_the_published_job_plays_in_browsers(tmp_path: Path) -> None:
    """320x240, cut to its length, H.264 in yuv420p and AAC, its index first, and described as it is."""
    encoded = encode(ASSETS["large.mp4"].path, tmp_path, size="320x240", duration=3, upscale=True)
    with av.open(encoded.path) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.pix_fmt, video.width, video.height) == ("h264", "yuv420p", 320, 240)
        assert (audio.codec_context.name, audio.sample_rate, audio.channels) == ("aac", 44100, 2)
        assert container.duration == 3 * av.time_base
    assert is_faststart(encoded.path)
    assert encoded.result.meta["dar"] == "4:3"
    assert encoded.result.duration_seconds == 3
    assert encoded.result.size_bytes == encoded.path.stat().st_size
    assert [path.name for path in tmp_path.iterdir()] == ["output"]


@pytest.mark.parametrize("name", ["clean_aperture.mp4", "pixel_crop.mkv", "crop_window.ts", "crop_window_hevc.mp4"])
def test_hidden_edges_stay_hidden(name: str, tmp_path: Path) -> None:
    """What a container or a stream cuts off the pictures is not in the result, which keeps the shape of the rest."""
    encoded = encode(ASSETS[name].path, tmp_path, duration=0.2)
    assert _size(encoded) == (320, 180, 1)
    assert [number for _, number in encoded.numbers()] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("name", ["rotated_90.mp4", "rotated_180.mp4", "rotated_270.mp4", "mirrored_90.mp4"])
def test_turned_sources_stand_upright(name: str, tmp_path: Path) -> None:
    """The display matrix is applied and gone; mirrored and turned pictures show their numbers readably."""
    encoded = encode(ASSETS[name].path, tmp_path, duration=0.2)
    width, height = ASSETS[name].display_size
    assert _size(encoded) == (width, height, 1)
    assert [number for _, number in encoded.numbers()] == [0, 1, 2, 3, 4]
    with av.open(encoded.path) as container:
        assert next(container.decode(video=0)).rotation == 0


@pytest.mark.parametrize("name", ["sar_16_11.mp4", "sar_8_9.mp4"])
def test_pixels_become_square(name: str, tmp_path: Path) -> None:
    """A source with wide or narrow pixels gets the size that its viewers saw."""
    width, height = ASSETS[name].display_size
    assert _size(encode(ASSETS[name].path, tmp_path, duration=0.2)) == (width, height, 1)


def test_odd_sides_become_even_and_never_larger(tmp_path: Path) -> None:
    """An odd source loses a row and a column, as 4:2:0 needs even sides."""
    source = generate(tmp_path / "odd.mkv", *moving_picture("321x241", seconds=0.2), "-c:v", "ffv1")
    assert _size(encode(source, tmp_path)) == (320, 240, 1)


def test_never_larger_than_the_source(tmp_path: Path) -> None:
    """A size beyond the source's shrinks to it, with its shape, and the client is told."""
    encoded = encode(ASSETS["large.mp4"].path, tmp_path, size="1280x960", duration=0.2)
    assert _size(encoded) == (240, 180, 1)
    assert encoded.warnings[0].startswith("The video is 240x180, not 1280x960")


def test_upscale_makes_it_as_large_as_asked_for(tmp_path: Path) -> None:
    """With upscale the size is exactly that of the request."""
    encoded = encode(ASSETS["large.mp4"].path, tmp_path, upscale=True, height=270, duration=0.2)
    assert _size(encoded) == (480, 270, 1)
    assert encoded.warnings == ()


def test_crop_cuts_from_the_middle(tmp_path: Path) -> None:
    """resize_mode crop keeps the shape of things: the bar code in the middle stays readable at its place."""
    cropped = encode(ASSETS["large.mp4"].path, tmp_path, size="180x180", resize_mode="crop", duration=0.2)
    whole = encode(ASSETS["large.mp4"].path, tmp_path / "whole", duration=0.2)
    assert _size(cropped) == (180, 180, 1)
    difference = cropped.picture().astype(int) - whole.picture()[:, 70:250].astype(int)
    assert abs(difference).mean() < 3


def test_rotate_turns_clockwise(tmp_path: Path) -> None:
    """What was on the left is at the top after a quarter turn."""
    halves = "color=red:size=64x128:duration=1[left];color=blue:size=64x128[right];[left][right]hstack=shortest=1"
    source = generate(tmp_path / "halves.mp4", "-f", "lavfi", "-i", halves)
    encoded = encode(source, tmp_path, rotate="90")
    assert _size(encoded) == (128, 128, 1)
    above, below = encoded.picture()[32, 64], encoded.picture()[96, 64]
    assert above[0] > 200
    assert above[2] < 50
    assert below[0] < 50
    assert below[2] > 200


def test_size_with_aspect_ratio_is_told_to_players(tmp_path: Path) -> None:
    """Where both sides and the shape are asked for, the pixels' shape is written into the file."""
    encoded = encode(ASSETS["large.mp4"].path, tmp_path, size="160x120", aspect_ratio="16:9", duration=0.2)
    assert _size(encoded) == (160, 120, Fraction(4, 3))
    assert (encoded.result.meta["dar"], encoded.result.meta["sar"]) == ("16:9", "4:3")


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    """Of a film whose first video stream is its cover, the film is encoded."""
    encoded = encode(ASSETS["cover_first.mp4"].path, tmp_path, duration=0.2)
    assert [number for _, number in encoded.numbers()] == [0, 1, 2, 3, 4]


def test_bars_have_the_colour_that_was_asked_for(tmp_path: Path) -> None:
    """A padded video has the asked size, all of the picture in its middle, and bars of the asked colour."""
    parameters = {"size": "320x320", "resize_mode": "pad", "background": "#20a0c0", "upscale": True}
    encoded = encode(ASSETS["large.mp4"].path, tmp_path, duration=0.2, **parameters)
    assert _size(encoded) == (320, 320, 1)
    with av.open(encoded.path) as container:
        pixels = next(container.decode(video=0)).to_ndarray(format="rgb24")
    for row in (5, 314):
        assert abs(pixels[row, 160].astype(int) - (0x20, 0xA0, 0xC0)).max() < 6
    picture = pixels[70:250].astype(int)
    alone = encode(ASSETS["large.mp4"].path, tmp_path / "fit", duration=0.2, **parameters | {"resize_mode": "fit"})
    assert _size(alone) == (320, 180, 1)
    with av.open(alone.path) as container:
        assert abs(next(container.decode(video=0)).to_ndarray(format="rgb24") - picture).mean() < 4
