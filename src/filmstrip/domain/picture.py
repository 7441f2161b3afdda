"""Picture formats, a row each, and how a picture is stored.

Questions are asked to a row, never to a format's name: what is true of a format is written here and nowhere else, but
for its encoder, which is in `media.pictures.picture_bytes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageKind:
    """What is true of a picture format.

    Attributes:
        extension: Its file name extension, and its name in a query.
        aliases: Other extensions and names that mean the same.
        label: Its name for people; in capitals it is that of its decoder in Pillow.
        content_type: Its MIME type (IANA media types).
        hls_codec: Its name in CODECS of an HLS image playlist (RFC 6381), as players take it.
        longest_side: Longest side in pixels that it can express.
        bytes_per_pixel: How much a picture of a common film weighs at the format's default quality, as measured.
    """

    extension: str
    aliases: tuple[str, ...] = ()
    label: str
    content_type: str
    hls_codec: str
    longest_side: int
    bytes_per_pixel: float


class ImageFormat(StrEnum):
    """The picture formats; as a text, each is its file name extension.

    Attributes:
        kind: What is true of it.
    """

    kind: ImageKind

    PNG = ImageKind(
        extension="png",
        label="PNG",
        content_type="image/png",
        hls_codec="png",
        longest_side=2**31 - 1,  # PNG (W3C), 11.2.1: four-byte integers without the top bit
        bytes_per_pixel=1.4,
    )
    JPG = ImageKind(
        extension="jpg",
        aliases=("jpeg",),
        label="JPEG",
        content_type="image/jpeg",
        hls_codec="jpeg",
        # ITU-T T.81, B.2.2 has 16 bits for each; libjpeg, with which nearly all read and write, takes no more than this
        longest_side=65_500,
        bytes_per_pixel=0.2,
    )
    WEBP = ImageKind(
        extension="webp",
        label="WebP",
        content_type="image/webp",
        hls_codec="webp",
        longest_side=16_383,  # RFC 9649, 2.5: width and height have 14 bits
        bytes_per_pixel=0.1,
    )
    AVIF = ImageKind(
        extension="avif",
        label="AVIF",
        content_type="image/avif",
        hls_codec="avif",
        longest_side=65_536,  # AV1 specification, 5.5.1: max_frame_width_minus_1 has at most 16 bits
        bytes_per_pixel=0.07,
    )

    def __new__(cls, kind: ImageKind) -> Self:
        """Make a member of its row."""
        member = str.__new__(cls, kind.extension)
        member._value_ = kind.extension
        member.kind = kind
        return member

    @property
    def content_type(self) -> str:
        """The MIME type (IANA media types)."""
        return self.kind.content_type

    @property
    def wire_name(self) -> str:
        """The format's name in the status, which is that of its MIME subtype."""
        return self.content_type.partition("/")[2]

    @property
    def extensions(self) -> tuple[str, ...]:
        """The file name extensions that promise this format, in lower case."""
        return (self.kind.extension, *self.kind.aliases)


def format_of_extension(extension: str) -> ImageFormat | None:
    """Return the format that a file name extension promises, whatever its case; None if it promises none."""
    return next((each for each in ImageFormat if extension.lower() in each.extensions), None)


def format_of_type(content_type: str) -> ImageFormat:
    """Return the format of a MIME type.

    Raises:
        ValueError: No format has it.
    """
    for each in ImageFormat:
        if each.content_type == content_type:
            return each
    raise ValueError(f"{content_type} is no type of a picture that is made here")


EXTENSION_PATTERN = "|".join(re.escape(extension) for each in ImageFormat for extension in each.extensions)
"""A pattern of all file name extensions of pictures, in lower case and without a group: `png|jpg|jpeg` and so on."""


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
