"""In which format and quality does a client want its pictures?"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

from filmstrip.params.parameters import Parameters
from filmstrip.params.values import Text, mistake, one_of, whole_number

_COLOR = re.compile(r"#?[0-9a-fA-F]{6}")


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


def _is_color(text: str) -> str:
    if _COLOR.fullmatch(text) is None:
        raise mistake(text, "a colour such as #rrggbb")
    return text


class ImageEncoding(Parameters):
    """How a picture becomes a file.

    Attributes:
        image_format: png (the default), jpg, webp or avif.
        quality: 1 to 100, for lossy formats only.
        background: Colour behind transparent parts of the source, as "#rrggbb"; black if absent.
    """

    image_format: Annotated[ImageFormat, one_of([form.value for form in ImageFormat], {"jpeg": "jpg"})] = (
        ImageFormat.PNG
    )
    quality: Annotated[int, whole_number(1, 100)] | None = None
    background: Annotated[Text, AfterValidator(_is_color)] = "#000000"

    def extension_warning(self, name: str) -> str | None:
        """Tell if the end of a file's name promises another format."""
        _, dot, extension = name.rpartition("/")[2].rpartition(".")
        promised = {"jpeg": "jpg"}.get(extension.lower(), extension.lower())
        if not dot or promised not in list(ImageFormat) or promised == self.image_format.value:
            return None
        return f'the picture is {self.image_format.value}, although its name ends in ".{extension}"'

    def background_rgb(self) -> tuple[int, int, int]:
        """Tell red, green and blue of the background, 0 to 255."""
        red, green, blue = bytes.fromhex(self.background.removeprefix("#"))
        return red, green, blue
