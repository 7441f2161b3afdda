"""Do pictures have the colours that a viewer of the source sees?"""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from assets import ASSETS, Asset
from barcode import Window
from colors import Patch
from filmstrip.domain.geometry import SizeRequest, fit
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.media.pictures.image_encoder import ImageEncoder
from filmstrip.media.probing.probe import probe
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import Target
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from hdr import BT2020_TO_BT709, plain_sdr

PNG = PictureEncoding(ImageFormat.PNG)
JPG = PictureEncoding(ImageFormat.JPG, quality=95)
# Quantisation of the source's encoder and the rounding of two conversions, in steps of 255.
TOLERANCE = 8

Pixels = npt.NDArray[np.uint8]


def picture_of(asset: Asset, encoding: PictureEncoding) -> Pixels:
    """The first picture of an asset, 320 pixels wide."""
    source = LocalFile(asset.path)
    info = probe(source, MediaSettings())
    assert info.video is not None
    video = info.video

    def new_renderer(_video):  # noqa: ANN001, ANN202 - a closure for one line below
        encoder = ImageEncoder(video, fit(video.display_size, SizeRequest(width=320)), encoding)
        return lambda sample: encoder.encode(sample.frame)

    (data,) = sample_frames(SampleJob(source, info, new_renderer), [Target(0, info.start_seconds * 0)])
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def color_in(pixels: Pixels, window: Window) -> npt.NDArray[np.float64]:
    """Mean of the middle of a window, away from its edges."""
    height, width = pixels.shape[:2]
    left, top = window.left + window.width * 0.3, window.top + window.height * 0.3
    right, bottom = window.left + window.width * 0.7, window.top + window.height * 0.7
    part = pixels[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
    return part.reshape(-1, 3).mean(axis=0)


def expected_sdr(asset: Asset, patch: Patch) -> npt.NDArray[np.float64]:
    rgb = np.array(patch.rgb)
    if asset.primaries == 9:
        rgb = (BT2020_TO_BT709 @ rgb**2.4).clip(0, 1) ** (1 / 2.4)
    return rgb * 255


@pytest.mark.parametrize("encoding", [PNG, JPG], ids=["png", "jpg"])
@pytest.mark.parametrize(
    "name",
    ["plain.mp4", "full_range.mp4", "bt601.mp4", "bt2020_sdr.mp4", "h264_444.mp4", "prores.mov", "hevc_10bit.mp4"],
)
def test_standard_colours_are_kept(name: str, encoding: PictureEncoding) -> None:
    """Matrix, range, primaries and depth of the source are honoured: each patch has the colour that was drawn."""
    asset = ASSETS[name]
    pixels = picture_of(asset, encoding)
    for patch in asset.look.patches:
        assert color_in(pixels, patch.window) == pytest.approx(expected_sdr(asset, patch), abs=TOLERANCE), patch.name


@pytest.mark.parametrize("encoding", [PNG, JPG], ids=["png", "jpg"])
@pytest.mark.parametrize("name", ["hdr10.mp4", "hlg.mp4", "dolby_vision_81.mp4", "dolby_vision_84.mp4"])
def test_high_dynamic_range_becomes_an_ordinary_picture(name: str, encoding: PictureEncoding) -> None:
    """Without any flag: mid tones look as on a standard display, greys stay grey, highlights are bent, not lost."""
    asset = ASSETS[name]
    pixels = picture_of(asset, encoding)
    seen = {patch.name: color_in(pixels, patch.window) for patch in asset.look.patches}
    for patch in asset.look.patches:
        assert patch.nits is not None
        plain = np.array(plain_sdr(patch.nits)) * 255
        if patch.name in ("grey", "skin", "red", "green", "blue"):
            assert seen[patch.name] == pytest.approx(plain, abs=24), patch.name
        if patch.name in ("grey", "white", "highlight"):
            assert np.ptp(seen[patch.name]) <= 14, f"{patch.name} is not neutral: {seen[patch.name]}"
    assert seen["grey"].mean() + 40 < seen["white"].mean() < seen["highlight"].mean() - 8
    assert seen["white"].mean() > 200
