"""In which format and quality does a client want its pictures?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from filmstrip.params.parameters import Parameters
from filmstrip.params.values import one_of, whole_number


class ImageFormat(StrEnum):
    """The picture formats, by their file name extension."""

    PNG = "png"
    JPG = "jpg"

    @property
    def content_type(self) -> str:
        """The MIME type (IANA media types)."""
        return {"png": "image/png", "jpg": "image/jpeg"}[self.value]


class ImageEncoding(Parameters):
    """How a picture becomes a file.

    Attributes:
        image_format: png (the default) or jpg.
        quality: 1 to 100, for lossy formats only.
    """

    image_format: Annotated[ImageFormat, one_of([form.value for form in ImageFormat], {"jpeg": "jpg"})] = (
        ImageFormat.PNG
    )
    quality: Annotated[int, whole_number(1, 100)] | None = None
