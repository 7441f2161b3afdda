"""What does a request for `thumbnails` make? An image every N seconds, or sprites of them, and their manifests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from filmstrip.domain.artifact import Artifact, MediaKind, MetaValue, OutputResult
from filmstrip.domain.errors import OutputError
from filmstrip.domain.geometry import Fit, SizeRequest, fit
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.sprite_grid import SpriteGrid, plan_grid
from filmstrip.domain.timing import IntervalGrid
from filmstrip.outputs._base import Group, Output, OutputPlan, Workbench
from filmstrip.outputs._thumbnail_layout import ThumbnailSet, manifest_names, packed_names
from filmstrip.outputs._thumbnail_manifests import ManifestMaker
from filmstrip.outputs._thumbnail_pictures import PictureMaker, telling_bytes_read
from filmstrip.params.clip import Clip
from filmstrip.params.frame_selection import FrameSelection
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.image import ImageEncoding
from filmstrip.params.storyboard import Manifest, Storyboard
from filmstrip.params.values import PositiveNumber, mistake

_PACKED_GROUP = "packed"
_MANIFEST_GROUP = "manifests"
# A crash repeats at most so many pictures; each group costs the start of a process.
_PICTURES_PER_GROUP = 500
_MOST_PICTURES = 100_000
_LEAST_INTERVAL = Fraction(1, 100)


def _at_least_a_hundredth(interval: Fraction) -> Fraction:
    if interval < _LEAST_INTERVAL:
        raise mistake(float(interval), "a number of seconds from 0.01 on")
    return interval


class Thumbnails(Output, FrameSizing, Clip, ImageEncoding, FrameSelection, Storyboard):
    """Images every `interval` seconds, and a WebVTT file that shows each of them in its time.

    Attributes:
        interval: Seconds from one image to the next; fractions are fine.
    """

    output_name: ClassVar[str] = "thumbnails"
    kind: ClassVar[MediaKind] = MediaKind.IMAGE

    interval: Annotated[PositiveNumber, AfterValidator(_at_least_a_hundredth)] = Fraction(10)

    @property
    def is_folder(self) -> bool:
        """The destination names the folder of all images."""
        return True

    @property
    def reads_whole_source(self) -> bool:
        """Only the stretches before each target are read."""
        return False

    def temporary_name(self) -> str:
        """Never asked for: the destination is a folder."""
        return self.output_name

    def grid(self, info: MediaInfo) -> IntervalGrid:
        """Tell the moments that get an image."""
        return IntervalGrid(self.range_of(info.duration_seconds), self.interval)

    def sets(self, info: MediaInfo) -> tuple[ThumbnailSet, ...]:
        """Tell the files of each size.

        Images may be larger than the source: their size is a promise to a player.
        """
        moments = self.grid(info)
        source = info.require_video().display_size
        sizes = self.frame_sizes()
        fits = [fit(source, SizeRequest(size.width, size.height, mode=self.resize_mode)) for size in sizes]
        fits = fits or [fit(source, self.size_request())]
        layout = self._layout(fits, moments.count)
        folders = [f"{each.size}/" for each in fits] if sizes else [""]
        return tuple(
            ThumbnailSet(
                folder,
                each,
                moments,
                SpriteGrid(each.size, moments.count, layout.columns, layout.rows),
                self.image_format,
                self.sprite,
                self.sprite_stem,
            )
            for folder, each in zip(folders, fits, strict=True)
        )

    def _layout(self, fits: Sequence[Fit], count: int) -> SpriteGrid:
        """Choose rows and columns by the largest size; all sizes share them, and so the decode."""
        largest = max((each.size for each in fits), key=lambda size: max(size.width, size.height))
        if not self.sprite:
            return SpriteGrid(largest, count, columns=1, rows=1)
        extension = self.image_format.value
        try:
            return plan_grid(largest, count, self.columns, max_side=self.max_sprite_side, extension=extension)
        except ValueError as error:
            raise OutputError(f"sprite: {error}") from None

    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        """Name all images, in groups, then what holds images itself, and last what points at others."""
        del upscale  # an image always gets the size that was asked for
        count = self.grid(info).count
        if count > _MOST_PICTURES:
            raise OutputError(
                f"interval: {float(self.interval):g} s would make {count} images of this source; "
                f"at most {_MOST_PICTURES} are allowed"
            )
        if self.wants(Manifest.BIF) and (self.interval * 1000).denominator != 1:
            raise OutputError(f"manifests: bif needs an interval of whole milliseconds, not {float(self.interval):g} s")
        sets = self.sets(info)
        kinds = frozenset(self.manifests)
        packed = tuple(name for each in sets for name in packed_names(each, kinds))
        manifests = tuple(name for each in sets for name in manifest_names(each, kinds))
        groups = [*self._picture_groups(sets), *([Group(_PACKED_GROUP, packed)] if packed else [])]
        return OutputPlan((*groups, Group(_MANIFEST_GROUP, manifests)))

    def _picture_groups(self, sets: Sequence[ThumbnailSet]) -> Iterator[Group]:
        tiles = sets[0].tiles
        step = max(1, _PICTURES_PER_GROUP // tiles.tiles_per_sprite)
        for first in range(0, tiles.sprite_count, step):
            numbers = range(first, min(first + step, tiles.sprite_count))
            yield Group(f"pictures-{first + 1}", tuple(name for each in sets for name in each.image_names(numbers)))

    def render(self, group: Group, info: MediaInfo, bench: Workbench) -> Iterator[Artifact]:
        """Make the images of a group, or the manifests of all."""
        sets = self.sets(info)
        kinds = frozenset(self.manifests)
        makers = [ManifestMaker(each, kinds, bench) for each in sets]
        if group.name == _MANIFEST_GROUP:
            self._restore_jpegs(sets, info, bench)
            yield from (artifact for maker in makers for artifact in maker.make_manifests())
        elif group.name == _PACKED_GROUP:
            self._restore_jpegs(sets, info, bench)
            yield from (artifact for maker in makers for artifact in maker.make_packed())
        else:
            yield from telling_bytes_read(self._make_pictures(group, sets, info, bench), bench)

    def _make_pictures(
        self, group: Group, sets: Sequence[ThumbnailSet], info: MediaInfo, bench: Workbench
    ) -> Iterator[Artifact]:
        missing = set(group.artifact_names) - bench.finished.keys()
        numbers = [
            number
            for number in range(sets[0].tiles.sprite_count)
            if not missing.isdisjoint(each.folder + each.file_name(number) for each in sets)
        ]
        maker = self._picture_maker(sets, info, bench)
        if sets[0].is_tiled:
            yield from (artifact for number in numbers for artifact in maker.make_sprite(number))
        else:
            yield from maker.make_files(numbers)

    def _picture_maker(self, sets: Sequence[ThumbnailSet], info: MediaInfo, bench: Workbench) -> PictureMaker:
        return PictureMaker(
            info=info,
            video=info.require_video(),
            sets=sets,
            encoding=self,
            precision=self.precision,
            best_within=self.best_within(self.interval),
            keeps_jpegs=self._keeps_jpegs,
            bench=bench,
        )

    @property
    def _keeps_jpegs(self) -> bool:
        return self.wants(Manifest.BIF) or self.wants(Manifest.HLS_MJPG)

    def _restore_jpegs(self, sets: Sequence[ThumbnailSet], info: MediaInfo, bench: Workbench) -> None:
        """Make kept JPEGs again that are gone, as after a restart on another machine."""
        gone = [
            index
            for index in range(sets[0].tiles.count if self._keeps_jpegs else 0)
            if not all((bench.folder / each.jpeg_name(index)).exists() for each in sets)
        ]
        if gone:
            self._picture_maker(sets, info, bench).make_jpegs(gone)

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the set: its URL is that of the WebVTT file of the first size."""
        del upscale
        first = self.sets(info)[0]
        return OutputResult(
            kind=self.kind,
            output_format=self.output_name,
            main_name=first.manifest_name(Manifest.VTT),
            names=tuple(artifact.name for artifact in artifacts),
            size_bytes=sum(artifact.size_bytes for artifact in artifacts),
            storage_format="image",
            meta=self._meta(info, first, artifacts),
        )

    def _meta(self, info: MediaInfo, first: ThumbnailSet, artifacts: Sequence[Artifact]) -> dict[str, MetaValue]:
        meta: dict[str, MetaValue] = {
            "width": first.tiles.tile.width,
            "height": first.tiles.tile.height,
            "interval": float(self.interval),
            "count": first.tiles.count,
            "format": self.image_format.wire_name,
            "size": info.size_bytes,
            "bytes_read": sum(artifact.source_bytes_read for artifact in artifacts) or info.size_bytes,
        }
        if first.is_tiled:
            tiles = first.tiles
            meta |= {"sprite": 1, "columns": tiles.columns, "rows": tiles.rows, "sprites": tiles.sprite_count}
        return meta
