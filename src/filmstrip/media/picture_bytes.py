"""How do pixels become a picture file, and is the file whole? One fast encoder for each format."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.media.picture_check import picture_size
from filmstrip.media.png import encode_png

DEFAULT_JPEG_QUALITY = 85
_DEFAULT_WEBP_QUALITY = 75
_DEFAULT_AVIF_QUALITY = 60
# Efforts at which a picture costs about as much as a decoded frame; higher ones cost many for a few per cent.
_WEBP_METHOD = 2
_AVIF_SPEED = 10


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
        pixels = np.ascontiguousarray(rgb)
        return bytes(simplejpeg.encode_jpeg(pixels, quality or DEFAULT_JPEG_QUALITY, "RGB", "420"))
    file = io.BytesIO()
    image = Image.fromarray(rgb)
    if image_format is ImageFormat.WEBP:
        image.save(file, "WEBP", quality=quality or _DEFAULT_WEBP_QUALITY, method=_WEBP_METHOD)
    else:
        image.save(file, "AVIF", quality=quality or _DEFAULT_AVIF_QUALITY, speed=_AVIF_SPEED, max_threads=1)
    return file.getvalue()


def check_picture(data: bytes, size: FrameSize) -> None:
    """Decode a finished picture once: what players cannot read is better found here.

    Raises:
        OutputInvalidError: It cannot be decoded, or has another size.
    """
    try:
        found = picture_size(data)
    except ValueError as error:
        raise OutputInvalidError(f"a finished picture is damaged: {error}") from None
    if found != size:
        raise OutputInvalidError(f"a finished picture is {found} instead of {size}")
