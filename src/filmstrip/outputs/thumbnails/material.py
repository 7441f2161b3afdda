"""What manifests of one size are written of: its finished pictures, as the work folder and their places have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.manifest_kind import ManifestFile
from filmstrip.domain.timing import TimeRange
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.manifest.sprite_series import Sprite, SpriteSeries
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs.thumbnails.layout import ThumbnailSet


@dataclass(frozen=True)
class FinishedSet:
    """One size whose pictures are finished (`manifest.material.Material`).

    Attributes:
        each: Its files.
        bench: What to work with; its finished artifacts are the pictures.
    """

    each: ThumbnailSet
    bench: Workbench

    @property
    def tile(self) -> FrameSize:
        """Width and height of a picture."""
        return self.each.tiles.tile

    @property
    def interval(self) -> Fraction:
        """Seconds from one picture to the next; the least ones if they differ."""
        return self.each.moments.least_step

    @property
    def duration(self) -> Fraction:
        """Seconds that are covered altogether."""
        return self.each.seconds

    def spans(self) -> Sequence[TimeRange]:
        """Return when each picture is shown."""
        return self.each.moments.cues()

    def cues(self) -> list[Cue]:
        """Return when each picture is shown and where it is."""
        references, tiles = [self.uri(name) for name in self._names()], self.each.tiles
        places = [tiles.place(index) for index in range(tiles.count)]
        return [
            Cue(span, PictureRef(references[place.sprite_index], tiles.tile, place.x, place.y))
            for span, place in zip(self.spans(), places, strict=True)
        ]

    def frames(self) -> list[FrameStamp]:
        """Return which frame of the source each picture shows."""
        return [frame for name in self._names() for frame in self.bench.rendering.finished[name].frames]

    def series(self) -> SpriteSeries:
        """Return the files of pictures by their URL references."""
        return self._series([self.uri(name) for name in self._names()])

    def neighbours(self) -> SpriteSeries:
        """Return them by their bare names."""
        return self._series([self.each.file_name(number) for number in range(self.each.tiles.sprite_count)])

    def jpeg_sizes(self) -> list[int]:
        """Return the length of the JPEG of each picture in bytes."""
        return [path.stat().st_size for path in self._jpeg_paths()]

    def jpegs(self) -> Iterator[bytes]:
        """Yield the JPEG of each picture."""
        for path in self._jpeg_paths():
            yield path.read_bytes()

    def reference(self, file: ManifestFile) -> str:
        """Return the URL reference of a file beside the pictures."""
        return self.uri(self.each.name_of(file))

    def uri(self, name: str) -> str:
        """Name an artifact as players are to fetch it: by its bare name, or by its address."""
        return self.bench.rendering.addresses.urls.get(name, name.removeprefix(self.each.folder))

    def _names(self) -> list[str]:
        return self.each.image_names(range(self.each.tiles.sprite_count))

    def _series(self, references: Sequence[str]) -> SpriteSeries:
        finished = self.bench.rendering.finished
        sprites = tuple(
            Sprite(reference, finished[name].size_bytes)
            for reference, name in zip(references, self._names(), strict=True)
        )
        content_type = self.each.image_format.content_type
        return SpriteSeries(self.each.tiles, sprites, self.interval, self.duration, content_type)

    def _jpeg_paths(self) -> list[Path]:
        return [self.bench.path(self.each.jpeg_name(index)) for index in range(self.each.tiles.count)]
