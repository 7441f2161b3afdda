"""Lays out a request for thumbnails: which files it makes, and which picture is in which of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.errors import OutputError
from filmstrip.domain.geometry import Fit, FrameSize
from filmstrip.domain.manifest_kind import MANIFEST_FILES, MULTIVARIANT, Manifest, ManifestFile
from filmstrip.domain.moment_list import MomentList
from filmstrip.domain.picture import EXTENSION_PATTERN, ImageFormat
from filmstrip.domain.sprite_grid import SpriteGrid, plan_grid
from filmstrip.domain.timing import IntervalGrid, Precision
from filmstrip.params.storyboard import Storyboard


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which frames are taken.

    Attributes:
        moments: The interval grid, or the moments that were given.
        precision: How near a frame has to be.
        best_within: How far before its moment a better frame may lie, in seconds; None to look for none.
    """

    moments: IntervalGrid | MomentList
    precision: Precision
    best_within: Fraction | None


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A manifest, or what belongs to one.

    Attributes:
        name: Its name as an artifact.
        content_type: MIME type, as served.
        kind: What it belongs to; None for the multivariant playlist, which belongs to all that it names.
    """

    name: str
    content_type: str
    kind: Manifest | None


@dataclass(frozen=True, slots=True)
class ThumbnailSet:
    """The files of one size.

    Attributes:
        folder: Where they are, relative to the destination: "" or a name with a slash at its end.
        fit: How pictures get their size.
        moments: The interval grid, or the moments that were given.
        tiles: The tiles of each file; one by one where pictures are files of their own.
        image_format: Format of the files.
        is_tiled: Whether pictures are tiles of sprites.
        sprite_name: Name of the sprite where a client gave one; manifests are named like it.
        mark: What stands in each name before its number or extension, such as "320x180"; "" for nothing.
    """

    folder: str
    fit: Fit
    moments: IntervalGrid | MomentList
    tiles: SpriteGrid
    image_format: ImageFormat
    is_tiled: bool = False
    sprite_name: str | None = None
    mark: str = ""

    def file_name(self, number: int) -> str:
        """Name a picture file by its number from 0, without its folder."""
        if not self.is_tiled:
            return f"thumb_{self.mark and self.mark + '_'}{number + 1:04d}.{self.image_format.value}"
        stem, dot, extension = self._marked(self.sprite_name or f"sprite.{self.image_format.value}").rpartition(".")
        return stem + ("" if self.tiles.sprite_count == 1 else f"_{number + 1:04d}") + dot + extension

    def numbers_of(self, names: Collection[str]) -> frozenset[int]:
        """Find the numbers of the picture files among some names, of which others may be of other sizes."""
        told = {int(found[1]) - 1 for name in names if (found := _NUMBER.search(name))}
        # A sprite that is the only one has no number; digits in its name mean nothing.
        return frozenset(
            number
            for number in {0} | told
            if 0 <= number < self.tiles.sprite_count and self.folder + self.file_name(number) in names
        )

    def image_names(self, numbers: range) -> list[str]:
        """Name picture files as artifacts."""
        return [self.folder + self.file_name(number) for number in numbers]

    def jpeg_name(self, index: int) -> str:
        """Name the JPEG of picture `index` that goes into a container of pictures; no artifact of its own."""
        return f".jpeg/{self.folder}" + self._marked(f"{index:06d}.jpg")

    def name_of(self, file: ManifestFile) -> str:
        """Name a manifest, or a file that belongs to one, as an artifact."""
        return self.folder + self._marked(beside_sprite(file.name, self.sprite_name))

    def named(self, file: ManifestFile, kind: Manifest | None = None) -> NamedFile:
        """Name such a file, of which the kind is known."""
        return NamedFile(self.name_of(file), file.content_type, kind)

    def _marked(self, name: str) -> str:
        """Put the mark before the extension of a name."""
        stem, dot, extension = name.rpartition(".")
        return f"{stem}_{self.mark}{dot}{extension}" if self.mark else name

    @property
    def seconds(self) -> Fraction:
        """How long the pictures cover altogether."""
        return self.moments.span.duration


_NUMBER = re.compile(r"(\d{1,9})\.[^.]*$")


def beside_sprite(name: str, sprite_name: str | None) -> str:
    """Complete the name of a manifest, which without a sprite of the client's own naming is "thumbnails"."""
    if sprite_name is None:
        return f"thumbnails{name}" if name.startswith(".") else name
    stem = sprite_name.rpartition(".")[0]
    return f"{stem}{name}" if name.startswith(".") else f"{stem}_{name}"


def own_names(sprite_name: str | None, *, in_folders: bool, has_marks: bool = False) -> re.Pattern[str]:
    """Return which files of a destination are thumbnails of this or an earlier run of the same request.

    Args:
        sprite_name: Name of the sprite where a client gave one.
        in_folders: Whether each size has a folder of its own.
        has_marks: Whether each size stands in its names.
    """
    mark = r"(_\d+x\d+)" if has_marks else ""
    pictures = rf"thumb{mark}_\d{{4,}}|sprite{mark}(_\d{{4,}})?"
    if sprite_name is not None:
        pictures = re.escape(sprite_name.rpartition(".")[0]) + rf"{mark}(_\d{{4,}})?"
    names = (beside_sprite(file.name, sprite_name) for file in MANIFEST_FILES)
    others = "|".join(
        re.escape(stem) + mark + re.escape(dot + end) for stem, dot, end in (n.rpartition(".") for n in names)
    )
    folder = r"\d+x\d+/" if in_folders else ""
    return re.compile(rf"{folder}(({pictures})\.({EXTENSION_PATTERN})|{others})", re.IGNORECASE)


def lay_out(sizes: Sequence[FrameSize], count: int, shape: Storyboard, image_format: ImageFormat) -> list[SpriteGrid]:
    """Choose columns and rows: those that fit the largest size, so that all sizes share them and the decode.

    Raises:
        OutputError: One picture alone is larger than a picture can be, or the rows asked for are too many.
    """
    if not shape.sprite:
        return [SpriteGrid(size, count, columns=1, rows=1) for size in sizes]
    largest = FrameSize(max(size.width for size in sizes), max(size.height for size in sizes))
    side = shape.max_sprite_side
    try:
        grid = plan_grid(largest, count, shape.columns, rows=shape.rows, max_side=side, image_format=image_format)
    except ValueError as error:
        raise OutputError(f"sprite: {error}") from None
    return [SpriteGrid(size, count, grid.columns, grid.rows) for size in sizes]


def packed_files(each: ThumbnailSet, kinds: Sequence[Manifest]) -> dict[Manifest, NamedFile]:
    """Return the binary files that hold pictures themselves."""
    return {kind: each.named(file, kind) for kind in kinds if (file := kind.row.packed) is not None}


def manifest_files(each: ThumbnailSet, kinds: Sequence[Manifest]) -> list[NamedFile]:
    """Return the files that point at others, those first that others point at, and the main one last.

    Args:
        each: The files that they tell of.
        kinds: What is made, in the order of its table: at least the first kind of all.
    """
    texts = [(kind, each.named(file, kind)) for kind in kinds if (file := kind.row.text) is not None]
    streams = [file for kind, file in texts if kind.row.is_hls_stream]
    *others, main = (file for kind, file in reversed(texts) if not kind.row.is_hls_stream)
    return [*streams, *others, *([each.named(MULTIVARIANT)] if streams else []), main]
