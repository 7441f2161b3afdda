"""Is this a picture that can be shown, and how large is it?"""

from __future__ import annotations

import io
import warnings

from PIL import Image, UnidentifiedImageError

from filmstrip.domain.geometry import FrameSize

_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")


def picture_size(data: bytes) -> FrameSize:
    """Decode a picture to its end and tell its size.

    Raises:
        ValueError: It is no picture of a format that browsers show, or cannot be decoded.
    """
    with warnings.catch_warnings():
        # A sprite may well be larger than what Pillow takes for an attack; twice that much is still refused.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                picture.load()
                return FrameSize(*picture.size)
        except UnidentifiedImageError:
            raise ValueError("it is no JPEG, PNG, WebP or AVIF picture") from None
        except (OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise ValueError(f"it cannot be decoded: {error}") from None
