"""Checks a picture by decoding all of it: whether it can be shown, of which kind it is, and how large."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from filmstrip.domain.geometry import FrameSize

_CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "AVIF": "image/avif"}


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture really is, whatever it is called.

    Attributes:
        content_type: MIME type, such as "image/png".
        size: Width and height in pixels.
    """

    content_type: str
    size: FrameSize


def picture_facts(data: bytes) -> PictureFacts:
    """Decode a picture to its end and tell what it is.

    Raises:
        ValueError: It is no picture of a format that browsers show, or cannot be decoded.
    """
    with warnings.catch_warnings():
        # A sprite may well be larger than what Pillow takes for an attack; twice that much is still refused.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=tuple(_CONTENT_TYPES)) as picture:
                picture.load()
                return PictureFacts(_CONTENT_TYPES[picture.format or ""], FrameSize(*picture.size))
        except UnidentifiedImageError:
            raise ValueError("it is no JPEG, PNG, WebP or AVIF picture") from None
        except (OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise ValueError(f"it cannot be decoded: {error}") from None


def picture_size(data: bytes) -> FrameSize:
    """Decode a picture to its end and tell its size.

    Raises:
        ValueError: It is no picture of a format that browsers show, or cannot be decoded.
    """
    return picture_facts(data).size
