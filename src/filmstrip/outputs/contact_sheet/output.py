"""`contact_sheet`: a poster of frames from all over the source, with their times."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, ClassVar

from filmstrip.domain.artifact import Artifact, MediaKind, OutputResult
from filmstrip.domain.contact_grid import sheet_size
from filmstrip.domain.geometry import Fit, SizeRequest, fit
from filmstrip.domain.media_info import MediaInfo
from filmstrip.outputs._base import OutputPlan
from filmstrip.outputs._picture_limits import require_possible
from filmstrip.outputs._single_picture import SinglePicture
from filmstrip.outputs._span import span_of
from filmstrip.params.clip import Clip
from filmstrip.params.values import whole_number

_DEFAULT_WIDTH = 320


class ContactSheet(SinglePicture, Clip):
    """One picture with frames from all over the source, row by row, and the time below each.

    Attributes:
        count: How many frames.
        columns: Frames in a row.
    """

    output_name: ClassVar[str] = "contact_sheet"
    kind: ClassVar[MediaKind] = MediaKind.IMAGE

    count: Annotated[int, whole_number(1, 400)] = 16
    columns: Annotated[int, whole_number(1, 50)] = 4

    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        """Name the one picture."""
        del upscale
        self.moments(info)
        tile = self.fit_tiles(info)
        planned = self.plan_picture("sheet", tile)
        sheet = sheet_size(tile.size, self.count, min(self.columns, self.count))
        require_possible(sheet, self.image_format, what="a sheet")
        return planned

    def moments(self, info: MediaInfo) -> list[Fraction]:
        """Return the moments in the middles of equal parts of the source, so that neither end is shown.

        Raises:
            OutputError: The clip begins where the source has ended.
        """
        span = span_of(self, info)
        part = span.duration / self.count
        return [span.start + part * (Fraction(1, 2) + number) for number in range(self.count)]

    def fit_tiles(self, info: MediaInfo) -> Fit:
        """Return the size of each frame, and how the source fits it."""
        request = self.size_request()
        is_free = (request.width, request.height, request.short_side) == (None, None, None)
        return fit(info.require_video().display_size, SizeRequest(width=_DEFAULT_WIDTH) if is_free else request)

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the sheet."""
        del upscale
        (sheet,) = artifacts
        tile = self.fit_tiles(info).size
        return self.result_of_file(
            sheet,
            "image",
            meta={
                "tile_width": tile.width,
                "tile_height": tile.height,
                "count": self.count,
                "columns": min(self.columns, self.count),
                "format": self.image_format.wire_name,
                "size": sheet.size_bytes,
            },
        )
