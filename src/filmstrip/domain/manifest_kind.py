"""What is true of each kind of manifest of thumbnails: a row each, asked instead of its name.

How such a file is written is in the module of `manifest` that its row names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A file beside the pictures.

    Attributes:
        name: Its name; one that begins with a dot stands behind the name of the whole set.
        content_type: MIME type, as served.
    """

    name: str
    content_type: str

    @property
    def extension(self) -> str:
        """Its extension, with the dot."""
        return "." + self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestKind:
    """A kind of manifest.

    Attributes:
        name: Its name in a query.
        module: Name of the module of `manifest` that writes it.
        text: The file that tells which picture belongs to which time; None if the pictures are in the same file.
        packed: The binary file that holds a JPEG of each picture itself; None if it tells of the files of pictures.
        is_always_made: Whether it is made though nobody asks for it.
        is_hls_stream: Whether the multivariant HLS playlist names it.
        has_fixed_interval: Whether it tells one interval for all pictures.
        has_whole_milliseconds: Whether this interval is a whole number of milliseconds.
        names_by_pattern: Whether it names pictures by one pattern, so that they cannot have addresses of their own.
    """

    name: str
    module: str
    text: ManifestFile | None = None
    packed: ManifestFile | None = None
    is_always_made: bool = False
    is_hls_stream: bool = False
    has_fixed_interval: bool = False
    has_whole_milliseconds: bool = False
    names_by_pattern: bool = False

    def files(self) -> tuple[ManifestFile, ...]:
        """Return the files that are made of it."""
        return tuple(file for file in (self.text, self.packed) if file is not None)


_HLS_TYPE = "application/vnd.apple.mpegurl"  # RFC 8216, 10

MULTIVARIANT = ManifestFile(".m3u8", _HLS_TYPE)
"""The HLS playlist that names those of pictures, to be merged into that of the video."""
JPEG_TRACK = ManifestFile("iframes.mp4", "video/mp4")  # RFC 4337
"""The pictures of the I-frame playlist."""


class Manifest(StrEnum):
    """The kinds of files that tell players which picture belongs to which time, in the order of sentences.

    The first one is that which an output of thumbnails is known by, and is put last.

    Attributes:
        row: What is true of it.
    """

    row: ManifestKind

    def __new__(cls, row: ManifestKind) -> Self:
        """Make a member whose value is its name in a query."""
        member = str.__new__(cls, row.name)
        member._value_ = row.name
        member.row = row
        return member

    VTT = ManifestKind(
        name="vtt",
        module="webvtt",
        text=ManifestFile(".vtt", "text/vtt"),  # W3C WebVTT, IANA considerations
        is_always_made=True,
    )
    """WebVTT, for players of the web."""
    JSON = ManifestKind(
        name="json",
        module="storyboard_json",
        text=ManifestFile(".json", "application/json"),  # RFC 8259; Vidstack takes it for JSON if nothing follows
    )
    """A storyboard that also tells which frame each picture shows."""
    HLS_IMAGE = ManifestKind(
        name="hls_image",
        module="hls_images",
        text=ManifestFile("images.m3u8", _HLS_TYPE),
        is_hls_stream=True,
        has_fixed_interval=True,
    )
    """An HLS image media playlist, for Roku and Shaka."""
    HLS_MJPG = ManifestKind(
        name="hls_mjpg",
        module="hls_mjpg",
        text=ManifestFile("iframes.m3u8", _HLS_TYPE),
        packed=JPEG_TRACK,
        is_hls_stream=True,
    )
    """An HLS I-frame playlist of JPEG pictures, for hls.js, Shaka and Apple."""
    DASH = ManifestKind(
        name="dash",
        module="dash",
        text=ManifestFile(".mpd", "application/dash+xml"),  # ISO/IEC 23009-1, annex C
        has_fixed_interval=True,
        names_by_pattern=True,
    )
    """A DASH tile set, for dash.js, Shaka and ExoPlayer."""
    BIF = ManifestKind(
        name="bif",
        module="bif",
        packed=ManifestFile(".bif", "application/octet-stream"),  # none is registered
        has_fixed_interval=True,
        has_whole_milliseconds=True,
    )
    """One file of pictures, for Roku, Plex and Emby."""


MANIFEST_FILES = (*(file for kind in Manifest for file in kind.row.files()), MULTIVARIANT)
"""All files that manifests are made of."""
MANIFEST_TYPES = frozenset(kind.row.text.content_type for kind in Manifest if kind.row.text is not None)
"""MIME types of manifests that point at other files, and change when those do."""
