"""Picture files are as small and as good as their formats allow at a bearable cost."""

from __future__ import annotations

import io

import numpy as np
import pytest
from benchmarks.picture_quality import contents, ssim
from PIL import Image

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.media.pictures.picture_bytes import encode_pixels, encode_planes
from filmstrip.media.pictures.picture_check import PictureFacts, picture_facts

PICTURES = dict(contents(320, 180))


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize("kind", PICTURES)
def test_jpegs_have_tables_of_their_own(kind: str) -> None:
    """The same pixels as with the tables of the standard's annex, in fewer bytes."""
    file = io.BytesIO()
    Image.fromarray(PICTURES[kind]).save(file, "JPEG", quality=85, subsampling="4:2:0")
    data = encode_pixels(PICTURES[kind], PictureEncoding(ImageFormat.JPG, 85))
    assert np.array_equal(opened(data), opened(file.getvalue()))
    assert len(data) < 0.98 * len(file.getvalue())


@pytest.mark.parametrize("size", [(64, 48), (63, 47), (1, 1)])
def test_planes_are_stored_as_they_come(size: tuple[int, int]) -> None:
    """Chroma that has half the size already is neither blurred nor moved, also at odd edges."""
    width, height = size
    chroma = np.random.default_rng(1).integers(60, 196, ((height + 1) // 2, (width + 1) // 2), np.uint8)
    chroma = chroma.repeat(8, axis=0).repeat(8, axis=1)[: chroma.shape[0], : chroma.shape[1]]
    luma = np.full((height, width), 128, np.uint8)
    data = encode_planes([luma, chroma, 255 - chroma], 100)
    image = Image.open(io.BytesIO(data))
    assert image.size == size
    image.draft("YCbCr", size)
    y, cb, cr = image.split()
    middles = np.asarray(cb)[::2, ::2].astype(int)
    inner = (slice(2, -2), slice(2, -2)) if min(size) > 8 else (slice(None), slice(None))
    assert abs(np.asarray(y).astype(int) - 128).max() <= 1
    assert np.median(abs(middles - chroma)[inner]) <= 1
    assert np.median(abs(np.asarray(cr)[::2, ::2].astype(int) - (255 - chroma.astype(int)))[inner]) <= 1


@pytest.mark.parametrize("kind", PICTURES)
def test_avif_is_better_than_webp(kind: str) -> None:
    """At the default qualities AVIF is the smaller file and the better likeness, text included."""
    avif, webp = (encode_pixels(PICTURES[kind], PictureEncoding(each)) for each in (ImageFormat.AVIF, ImageFormat.WEBP))
    assert len(avif) < len(webp)
    assert ssim(PICTURES[kind], opened(avif)) > ssim(PICTURES[kind], opened(webp))


@pytest.mark.parametrize("image_format", list(ImageFormat))
def test_each_format_is_written_as_itself(image_format: ImageFormat) -> None:
    """Decoded again, a file is of the format that was asked for, and of the type that its row tells."""
    data = encode_pixels(np.zeros((24, 32, 3), np.uint8), PictureEncoding(image_format))
    assert picture_facts(data) == PictureFacts(image_format.content_type, FrameSize(32, 24))
