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
        return f"image/{self.wire_name}"

    @property
    def wire_name(self) -> str:
        """The format's name in the status, which is that of its MIME subtype."""
        return "jpeg" if self is ImageFormat.JPG else self.value


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
