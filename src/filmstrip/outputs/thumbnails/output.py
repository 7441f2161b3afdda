"""`thumbnails`: an image every N seconds, or sprites of them, and their manifests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from filmstrip.domain.artifact import Artifact, MediaKind, OutputResult
from filmstrip.domain.errors import Mistake, OutputError
from filmstrip.domain.geometry import SizeRequest, fit
from filmstrip.domain.manifest_kind import Manifest
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.moment_list import MomentList
from filmstrip.domain.picture import ImageFormat
from filmstrip.domain.schemes import scheme_of, signing_schemes
from filmstrip.domain.timing import IntervalGrid
from filmstrip.outputs._base import Addressing, Group, Output, OutputPlan
from filmstrip.outputs._idle_parameters import idle_warnings
from filmstrip.outputs._picture_limits import require_possible_fit
from filmstrip.outputs._span import span_of
from filmstrip.outputs.thumbnails.bulk import bulk_warning
from filmstrip.outputs.thumbnails.facts import series_facts
from filmstrip.outputs.thumbnails.layout import (
    Sampling,
    ThumbnailSet,
    lay_out,
    manifest_files,
    own_names,
    packed_files,
)
from filmstrip.params.clip import Clip
from filmstrip.params.customs import names_a_picture
from filmstrip.params.destination import Destination
from filmstrip.params.frame_selection import FrameSelection
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.image import ImageEncoding
from filmstrip.params.moment_choice import MOST_PICTURES, MomentChoice
from filmstrip.params.storyboard import Storyboard, UrlMode
from filmstrip.params.values import unfit

PACKED_GROUP = "packed"
"""Name of the group of the files that hold pictures themselves."""
MANIFEST_GROUP = "manifests"
"""Name of the group of the files that point at others."""
# A crash repeats at most so many pictures; each group costs the start of a process.
_PICTURES_PER_GROUP = 500


class Thumbnails(Output, MomentChoice, FrameSizing, Clip, ImageEncoding, FrameSelection, Storyboard):
    """Images every `interval` seconds, and a WebVTT file that shows each of them in its time."""

    output_name: ClassVar[str] = "thumbnails"
    kind: ClassVar[MediaKind] = MediaKind.IMAGE

    @field_validator("times", mode="after")
    @classmethod
    def _can_be_told(cls, times: tuple[Fraction, ...] | None, info: ValidationInfo) -> tuple[Fraction, ...] | None:
        fixed = [kind.value for kind in info.data.get("manifests", ()) if kind.row.has_fixed_interval]
        if fixed:
            raise unfit(f"does not go with the manifests {', '.join(fixed)}, which need an interval or a count")
        return times

    @field_validator("destination", mode="after")
    @classmethod
    def _fits_the_manifests(cls, destination: tuple[Destination, ...], info: ValidationInfo) -> tuple[Destination, ...]:
        mode = info.data.get("url_mode", UrlMode.RELATIVE)
        if mode is not UrlMode.RELATIVE and len(destination) > 1:
            raise unfit(f"has {len(destination)} places; with url_mode {mode} it can be one only, which manifests name")
        schemes = [scheme_of(place.url) for place in destination]
        if mode is UrlMode.PRESIGNED and not all(scheme is not None and scheme.signs_addresses for scheme in schemes):
            raise unfit(f"has no addresses that can be signed: url_mode presigned goes with {signing_schemes()} only")
        if info.data.get("sprite") and any(names_a_picture(place.url) for place in destination):
            raise unfit("names a sprite in some places only, or by different names")
        return destination

    @property
    def needs_addresses(self) -> bool:
        """Whether manifests name pictures by their full addresses."""
        return self.url_mode is not UrlMode.RELATIVE

    @property
    def signs_addresses(self) -> bool:
        """Whether they are signed."""
        return self.url_mode is UrlMode.PRESIGNED

    def conflicts(self) -> Iterator[Mistake]:
        """Yield what manifests cannot name where the destination is, or is not."""
        if self.url_mode is UrlMode.PRESIGNED and not self.destination:
            yield Mistake(
                "url_mode", f"presigned needs a destination, {signing_schemes()}; the temporary store signs nothing"
            )
        schemes = [scheme for place in self.destination if (scheme := scheme_of(place.url)) is not None]
        if self.url_mode is UrlMode.ABSOLUTE and (hidden := [each.name for each in schemes if not each.is_on_web]):
            problem = f"absolute does not go with a {hidden[0]}:// destination, whose address no page can read"
            yield Mistake("url_mode", problem)

    def is_own_name(self, name: str) -> bool:
        """Know thumbnails and their manifests by their names."""
        has_sizes = bool(self.sizes)
        in_folders = has_sizes and self.size_folders
        own = own_names(self.sprite_name, in_folders=in_folders, has_marks=has_sizes and not in_folders)
        return own.fullmatch(name) is not None

    @property
    def is_folder(self) -> bool:
        """The destination names the folder of all images."""
        return True

    @property
    def file_names(self) -> str:
        """Pictures and manifests are named by the sprite, if that has a name."""
        return f"{self.output_name} {self.sprite_name or ''}"

    def temporary_name(self) -> str:
        """Never asked for: the destination is a folder."""
        return self.output_name

    def grid(self, info: MediaInfo) -> IntervalGrid | MomentList:
        """Return the moments that get an image.

        Raises:
            OutputError: The source is too short for them.
        """
        span = span_of(self, info)
        try:
            # Some manifests count in them, and one grid is for all.
            return self.moments_in(span, whole_milliseconds=bool(self._millisecond_kinds()))
        except ValueError as error:
            raise OutputError(str(error)) from None

    def shared_decode(self, info: MediaInfo) -> Sampling:
        """Return which frames are taken."""
        moments = self.grid(info)
        return Sampling(moments, self.precision, self.best_within(moments.least_step))

    def sets(self, info: MediaInfo) -> tuple[ThumbnailSet, ...]:
        """Return the files of each size.

        Images may be larger than the source: their size is a promise to a player.
        """
        moments = self.grid(info)
        source = info.require_video().display_size
        sizes = self.frame_sizes()
        fits = [fit(source, SizeRequest(size.width, size.height, mode=self.resize_mode)) for size in sizes]
        fits = fits or [fit(source, self.size_request())]
        for fitting, image_format in product(fits, self._picture_formats()):
            require_possible_fit(fitting, image_format)
        marks = [str(size) for size in sizes] or [""]
        tiles = lay_out([each.size for each in fits], moments.count, self, self.image_format)
        return tuple(
            ThumbnailSet(
                f"{mark}/" if mark and self.size_folders else "",
                fitting,
                moments,
                grid,
                self.image_format,
                self.sprite,
                self.sprite_name,
                "" if self.size_folders else mark,
            )
            for mark, fitting, grid in zip(marks, fits, tiles, strict=True)
        )

    def picture_count(self, info: MediaInfo) -> int:
        """Return how many there are of all sizes."""
        return self.grid(info).count * max(1, len(self.frame_sizes()))

    def _picture_formats(self) -> Iterator[ImageFormat]:
        yield self.image_format
        if self.keeps_jpegs:
            yield ImageFormat.JPG

    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        """Name all images, in groups, then what holds images itself, and last what points at others."""
        del upscale  # an image always gets the size that was asked for
        moments = self.grid(info)
        if moments.count > MOST_PICTURES:
            raise OutputError(
                f"interval: {float(moments.least_step):g} s would make {moments.count} images of this source; "
                f"at most {MOST_PICTURES} are allowed"
            )
        for kind in self._millisecond_kinds() if (moments.least_step * 1000).denominator != 1 else ():
            seconds = float(moments.least_step)
            raise OutputError(
                f"manifests: {kind} needs an interval of whole milliseconds, not {seconds:g} s; "
                + ("ask for a smaller count" if self.count else f"leave {kind} out, or ask for another interval")
            )
        sets = self.sets(info)
        kinds = self.manifest_kinds()
        packed = tuple(file.name for each in sets for file in packed_files(each, kinds).values())
        manifests = tuple(file.name for each in sets for file in manifest_files(each, kinds))
        groups = [*self._picture_groups(sets), *([Group(PACKED_GROUP, packed)] if packed else [])]
        # Kept JPEGs that are gone are taken again.
        last = Group(MANIFEST_GROUP, manifests, self._addressing(), needs_source=self.keeps_jpegs)
        return OutputPlan((*groups, last), tuple(self._warnings(sets)))

    def _addressing(self) -> Addressing | None:
        if self.url_mode is UrlMode.PRESIGNED:
            return Addressing(self.url_hours)
        return Addressing() if self.url_mode is UrlMode.ABSOLUTE else None

    def _warnings(self, sets: Sequence[ThumbnailSet]) -> Iterator[str]:
        asked = (self.sizes, self.size, self.width, self.height, self.resolution)
        yield from bulk_warning(sets, has_size=any(asked))
        yield from idle_warnings(self.model_fields_set, sprite=self.sprite, has_sizes=bool(self.sizes))
        warning = self.extension_warning(self.sprite_name or "")
        if self.sprite and warning:
            yield warning

    def _picture_groups(self, sets: Sequence[ThumbnailSet]) -> Iterator[Group]:
        tiles = sets[0].tiles
        step = max(1, _PICTURES_PER_GROUP // tiles.tiles_per_sprite)
        for first in range(0, tiles.sprite_count, step):
            numbers = range(first, min(first + step, tiles.sprite_count))
            names = tuple(name for each in sets for name in each.image_names(numbers))
            yield Group(f"pictures-{first + 1}", names, is_joinable=True, needs_all=False)

    @property
    def keeps_jpegs(self) -> bool:
        """Whether a JPEG of each picture is kept for manifests that hold pictures themselves."""
        return any(kind.row.packed is not None for kind in self.manifest_kinds())

    def _millisecond_kinds(self) -> list[Manifest]:
        return [kind for kind in self.manifest_kinds() if kind.row.has_whole_milliseconds]

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the set: its URL is that of the WebVTT file of the first size."""
        del upscale
        first = self.sets(info)[0]
        return OutputResult(
            kind=self.kind,
            output_format=self.output_name,
            main_name=manifest_files(first, self.manifest_kinds())[-1].name,
            names=tuple(artifact.name for artifact in artifacts),
            size_bytes=sum(artifact.size_bytes for artifact in artifacts),
            storage_format="image",
            meta=series_facts(first, info, artifacts),
        )
