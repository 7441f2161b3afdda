"""The format and quality in which a picture is stored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ImageFormat(StrEnum):
    """The picture formats, by their file name extension."""

    PNG = "png"
    JPG = "jpg"
    WEBP = "webp"
    AVIF = "avif"

    @property
    def content_type(self) -> str:
        """The MIME type (IANA media types)."""
        return f"image/{self.wire_name}"

    @property
    def wire_name(self) -> str:
        """The format's name in the status, which is that of its MIME subtype."""
        return "jpeg" if self is ImageFormat.JPG else self.value


@dataclass(frozen=True, slots=True)
class PictureEncoding:
    """How a picture becomes a file.

    Attributes:
        image_format: Its format.
        quality: 1 to 100, for lossy formats only; None for what suits the format.
        background: Colour of bars, and behind transparent parts of the source: red, green and blue, 0 to 255.
    """

    image_format: ImageFormat
    quality: int | None = None
    background: tuple[int, int, int] = (0, 0, 0)
