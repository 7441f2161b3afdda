"""Makes a picture file of pixels and checks that a file is whole. One fast encoder for each format."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

import numpy as np
import numpy.typing as npt
from PIL import Image

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.media.pictures.picture_check import picture_size
from filmstrip.media.pictures.png import encode_png

_DEFAULT_JPEG_QUALITY = 85
_DEFAULT_WEBP_QUALITY = 75
_DEFAULT_AVIF_QUALITY = 60
# Efforts measured in benchmarks/results/pictures.md. Each step more costs several times as much for a few per cent;
# AVIF at its fastest is larger than WebP, and text in it is worse than in JPEG.
_WEBP_METHOD = 4
_AVIF_EFFORT: Mapping[str, Any] = {"speed": 6, "advanced": {"tune": "ssim"}, "max_threads": 1}


def encode_pixels(rgb: npt.NDArray[np.uint8], encoding: PictureEncoding) -> bytes:
    """Make the file of a picture.

    Args:
        rgb: uint8 [H, W, 3], RGB.
        encoding: Format and quality.

    Raises:
        OutputInvalidError: The file that was made does not read back.
    """
    data = _encode(rgb, encoding.image_format, encoding.quality)
    check_picture(data, FrameSize(rgb.shape[1], rgb.shape[0]))
    return data


def _encode(rgb: npt.NDArray[np.uint8], image_format: ImageFormat, quality: int | None) -> bytes:
    if image_format is ImageFormat.PNG:
        return encode_png(rgb)
    if image_format is ImageFormat.JPG:
        return _jpeg(Image.fromarray(rgb), quality)
    file = io.BytesIO()
    image = Image.fromarray(rgb)
    if image_format is ImageFormat.WEBP:
        image.save(file, "WEBP", quality=quality or _DEFAULT_WEBP_QUALITY, method=_WEBP_METHOD)
    elif image_format is ImageFormat.AVIF:
        image.save(file, "AVIF", quality=quality or _DEFAULT_AVIF_QUALITY, **_AVIF_EFFORT)
    else:
        assert_never(image_format)
    return file.getvalue()


def encode_planes(planes: Sequence[npt.NDArray[np.uint8]], quality: int | None) -> bytes:
    """Make a JPEG of samples that are in its colours already; chroma is stored as it comes.

    Args:
        planes: Y, Cb and Cr of JFIF (full range, BT.601), uint8 [H, W] and twice [ceil(H / 2), ceil(W / 2)].
        quality: 1 to 100, None for the default.

    Raises:
        OutputInvalidError: The file that was made does not read back.
    """
    height, width = planes[0].shape
    # The encoder takes the mean of two by two chroma samples, which gives back those that were doubled, exactly.
    full = [planes[0], *(each.repeat(2, axis=0).repeat(2, axis=1)[:height, :width] for each in planes[1:])]
    data = _jpeg(Image.fromarray(np.stack(full, axis=-1), "YCbCr"), quality)
    check_picture(data, FrameSize(width, height))
    return data


def _jpeg(image: Image.Image, quality: int | None) -> bytes:
    # Huffman tables of its own make each file 2 to 8 % smaller, with the same pixels, in less than a millisecond.
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality or _DEFAULT_JPEG_QUALITY, subsampling="4:2:0", optimize=True)
    return file.getvalue()


def check_picture(data: bytes, size: FrameSize) -> None:
    """Decode a finished picture once: what players cannot read is better found here.

    Raises:
        OutputInvalidError: It cannot be decoded, or has another size.
    """
    try:
        found = picture_size(data)
    except ValueError as error:
        raise OutputInvalidError(f"A finished picture is damaged: {error}") from None
    if found != size:
        raise OutputInvalidError(f"A finished picture is {found} instead of {size}")
