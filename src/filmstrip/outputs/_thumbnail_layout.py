"""Which files does a request for thumbnails make, and which picture is in which of them? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.geometry import Fit
from filmstrip.domain.sprite_grid import SpriteGrid
from filmstrip.domain.timing import IntervalGrid
from filmstrip.params.image import ImageFormat
from filmstrip.params.storyboard import Manifest


@dataclass(frozen=True, slots=True)
class ThumbnailSet:
    """The files of one size.

    Attributes:
        folder: Where they are, relative to the destination: "" or a name with a slash at its end.
        fit: How pictures get their size.
        moments: The interval grid.
        tiles: The tiles of each file; one by one where pictures are files of their own.
        image_format: Format of the files.
        is_tiled: Whether pictures are tiles of sprites.
        stem: Name of sprites without number and extension, and of the WebVTT file where a client gave one.
    """

    folder: str
    fit: Fit
    moments: IntervalGrid
    tiles: SpriteGrid
    image_format: ImageFormat
    is_tiled: bool = False
    stem: str | None = None

    def file_name(self, number: int) -> str:
        """Name a picture file by its number from 0, without its folder."""
        extension = self.image_format.value
        if not self.is_tiled:
            return f"thumb_{number + 1:04d}.{extension}"
        stem = self.stem or "sprite"
        return f"{stem}.{extension}" if self.tiles.sprite_count == 1 else f"{stem}_{number + 1:04d}.{extension}"

    def image_names(self, numbers: range) -> list[str]:
        """Name picture files as artifacts."""
        return [self.folder + self.file_name(number) for number in numbers]

    def jpeg_name(self, index: int) -> str:
        """Name the JPEG of picture `index` that goes into a container of pictures; no artifact of its own."""
        return f".jpeg/{self.folder}{index:06d}.jpg"

    def manifest_name(self, manifest: Manifest) -> str:
        """Name a manifest as an artifact."""
        return self.folder + MANIFEST_FILES[manifest].replace("thumbnails", self.stem or "thumbnails")

    @property
    def seconds(self) -> Fraction:
        """How long the pictures cover altogether."""
        return self.moments.span.duration


MANIFEST_FILES = {
    Manifest.VTT: "thumbnails.vtt",
    Manifest.JSON: "thumbnails.json",
    Manifest.HLS_IMAGE: "images.m3u8",
    Manifest.HLS_MJPG: "iframes.m3u8",
    Manifest.DASH: "thumbnails.mpd",
    Manifest.BIF: "thumbnails.bif",
}
MULTIVARIANT_NAME = "thumbnails.m3u8"
"""The HLS playlist that names the image and I-frame playlists, to be merged into that of the video."""
JPEG_TRACK_NAME = "iframes.mp4"
"""The pictures of the I-frame playlist."""


def packed_names(each: ThumbnailSet, manifests: frozenset[Manifest]) -> Iterator[str]:
    """Name the binary files that hold pictures themselves."""
    if Manifest.HLS_MJPG in manifests:
        yield each.folder + JPEG_TRACK_NAME
    if Manifest.BIF in manifests:
        yield each.manifest_name(Manifest.BIF)


def manifest_names(each: ThumbnailSet, manifests: frozenset[Manifest]) -> Iterator[str]:
    """Name the files that point at others, those first that others point at."""
    for manifest in (Manifest.HLS_IMAGE, Manifest.HLS_MJPG, Manifest.DASH, Manifest.JSON):
        if manifest in manifests:
            yield each.manifest_name(manifest)
    if manifests & {Manifest.HLS_IMAGE, Manifest.HLS_MJPG}:
        yield each.folder + MULTIVARIANT_NAME
    yield each.manifest_name(Manifest.VTT)
