"""Checks a picture by decoding all of it: whether it can be shown, of which kind it is, and how large."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.picture import ImageFormat

# By Pillow's names.
_FORMATS = {each.kind.label.upper(): each for each in ImageFormat}
_LABELS = [each.kind.label for each in ImageFormat]
_NO_PICTURE = f"it is no {', '.join(_LABELS[:-1])} or {_LABELS[-1]} picture"


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
            with Image.open(io.BytesIO(data), formats=tuple(_FORMATS)) as picture:
                picture.load()
                return PictureFacts(_FORMATS[picture.format or ""].content_type, FrameSize(*picture.size))
        except UnidentifiedImageError:
            raise ValueError(_NO_PICTURE) from None
        except (OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise ValueError(f"it cannot be decoded: {error}") from None


def picture_size(data: bytes) -> FrameSize:
    """Decode a picture to its end and tell its size.

    Raises:
        ValueError: It is no picture of a format that browsers show, or cannot be decoded.
    """
    return picture_facts(data).size
