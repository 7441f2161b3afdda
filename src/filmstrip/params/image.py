"""The format and quality that a client wants of its pictures."""

from __future__ import annotations

from typing import Annotated

from filmstrip.domain.picture import ImageFormat, PictureEncoding, format_of_extension
from filmstrip.params.background import Background
from filmstrip.params.values import one_of, whole_number

_ALIASES = {alias: each.value for each in ImageFormat for alias in each.kind.aliases}


class ImageEncoding(Background):
    """How a picture becomes a file.

    Attributes:
        image_format: Format of the files; png if absent.
        quality: 1 to 100, for lossy formats, and for the JPEG pictures inside of the manifests `bif` and `hls_mjpg`.
    """

    image_format: Annotated[ImageFormat, one_of([each.value for each in ImageFormat], _ALIASES)] = ImageFormat.PNG
    quality: Annotated[int, whole_number(1, 100)] | None = None

    def extension_warning(self, name: str) -> str | None:
        """Return a warning if the end of a file's name promises another format."""
        _, dot, extension = name.rpartition("/")[2].rpartition(".")
        promised = format_of_extension(extension)
        if not dot or promised in (None, self.image_format):
            return None
        return f'The picture is {self.image_format.value}, although its name ends in ".{extension}"'

    @property
    def encoding(self) -> PictureEncoding:
        """The same without its wire form."""
        return PictureEncoding(self.image_format, self.quality, self.background_rgb)
