"""In which format and quality does a client want its pictures?"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.params.parameters import Parameters
from filmstrip.params.values import Text, mistake, one_of, whole_number

_COLOR = re.compile(r"#?[0-9a-fA-F]{6}")


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

    @property
    def encoding(self) -> PictureEncoding:
        """The same without its wire form."""
        red, green, blue = bytes.fromhex(self.background.removeprefix("#"))
        return PictureEncoding(self.image_format, self.quality, (red, green, blue))
