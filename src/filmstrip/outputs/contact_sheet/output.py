"""What does a request for `contact_sheet` make? A poster of frames from all over the source, with their times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, ClassVar

from filmstrip.domain.artifact import Artifact, MediaKind, OutputResult
from filmstrip.domain.contact_grid import sheet_size
from filmstrip.domain.errors import OutputError
from filmstrip.domain.geometry import Fit, SizeRequest, fit
from filmstrip.domain.media_info import MediaInfo
from filmstrip.outputs._base import Group, Output, OutputPlan, Workbench
from filmstrip.outputs._picture_limits import require_possible, require_possible_fit
from filmstrip.params.clip import Clip
from filmstrip.params.frame_selection import FrameSelection
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.image import ImageEncoding
from filmstrip.params.values import whole_number

_DEFAULT_WIDTH = 320


class ContactSheet(Output, FrameSizing, Clip, ImageEncoding, FrameSelection):
    """One picture with frames from all over the source, row by row, and the time below each.

    Attributes:
        count: How many frames.
        columns: Frames in a row.
    """

    output_name: ClassVar[str] = "contact_sheet"
    kind: ClassVar[MediaKind] = MediaKind.IMAGE

    count: Annotated[int, whole_number(1, 400)] = 16
    columns: Annotated[int, whole_number(1, 50)] = 4

    @property
    def is_folder(self) -> bool:
        """The destination names the file, unless it ends in a slash."""
        return any(destination.url.endswith("/") for destination in self.destination)

    @property
    def reads_whole_source(self) -> bool:
        """Only the stretches before the frames are read."""
        return False

    def temporary_name(self) -> str:
        """Name the sheet where the client gave no name."""
        return f"contact_sheet.{self.image_format.value}"

    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        """Name the one picture."""
        del upscale
        self.moments(info)
        tile = self.fit_tiles(info)
        require_possible_fit(tile, self.image_format)
        sheet = sheet_size(tile.size, self.count, min(self.columns, self.count))
        require_possible(sheet, self.image_format, what="a sheet")
        name = self.temporary_name() if self.is_folder else ""
        warnings = [self.extension_warning(destination.url) for destination in self.destination]
        return OutputPlan((Group("sheet", (name,)),), tuple(filter(None, warnings)))

    def moments(self, info: MediaInfo) -> list[Fraction]:
        """Tell the moments in the middles of equal parts of the source, so that neither end is shown.

        Raises:
            OutputError: The clip begins where the source has ended.
        """
        try:
            span = self.range_of_some(info.duration_seconds)
        except ValueError as error:
            raise OutputError(str(error)) from None
        part = span.duration / self.count
        return [span.start + part * (Fraction(1, 2) + number) for number in range(self.count)]

    def render(self, group: Group, info: MediaInfo, bench: Workbench) -> Iterator[Artifact]:
        """Make the sheet."""
        from filmstrip.outputs.contact_sheet.render import render  # noqa: PLC0415 - libav is for children only

        return render(self, group, info, bench)

    def fit_tiles(self, info: MediaInfo) -> Fit:
        """Tell the size of each frame, and how the source fits it."""
        request = self.size_request()
        is_free = (request.width, request.height, request.short_side) == (None, None, None)
        return fit(info.require_video().display_size, SizeRequest(width=_DEFAULT_WIDTH) if is_free else request)

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the sheet."""
        del upscale
        (sheet,) = artifacts
        tile = self.fit_tiles(info).size
        return OutputResult(
            kind=self.kind,
            output_format=self.output_name,
            main_name=sheet.name,
            names=(sheet.name,),
            size_bytes=sheet.size_bytes,
            storage_format="image",
            meta={
                "tile_width": tile.width,
                "tile_height": tile.height,
                "count": self.count,
                "columns": min(self.columns, self.count),
                "format": self.image_format.wire_name,
            },
        )
