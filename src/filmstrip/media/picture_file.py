"""What is in a picture file? Told by decoding all of it, not by its name or its header."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.domain.geometry import FrameSize


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """The facts about a picture file.

    Attributes:
        content_type: MIME type of what it really is, such as "image/png".
        size: Width and height in pixels.
    """

    content_type: str
    size: FrameSize


def picture_facts(path: Path) -> PictureFacts:
    """Decode a picture file to its last pixel and tell what it is.

    Raises:
        OutputInvalidError: It is not a whole picture.
    """
    try:
        with Image.open(path) as picture:
            picture.load()
            return PictureFacts(Image.MIME[picture.format or ""], FrameSize(*picture.size))
    except (OSError, KeyError, SyntaxError) as error:  # Pillow calls a broken PNG a SyntaxError
        raise OutputInvalidError(f"{path.name} is not a whole picture: {error}") from error
