"""What does a request for `contact_sheet` make? A poster of frames from all over the source, with their times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Annotated, ClassVar

from filmstrip.domain.artifact import Artifact, FrameStamp, MediaKind, OutputResult
from filmstrip.domain.geometry import Fit, SizeRequest, fit
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.contact_picture import RgbArray, lay_out
from filmstrip.media.image_encoder import ImageEncoder
from filmstrip.media.parallel_sampler import sample_frames
from filmstrip.media.picture_bytes import encode_pixels
from filmstrip.media.sample_job import SampleJob
from filmstrip.media.sampling import Sample, Target
from filmstrip.media.source import bytes_read
from filmstrip.outputs._base import Group, Output, OutputPlan, Workbench
from filmstrip.params.clip import Clip
from filmstrip.params.frame_selection import FrameSelection
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.image import ImageEncoding
from filmstrip.params.values import whole_number

_DEFAULT_WIDTH = 320

Shot = tuple[int, FrameStamp, RgbArray]
"""A frame's number in the sheet, which one it is, and its finished pixels."""


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
        self._fit(info)
        name = self.temporary_name() if self.is_folder else ""
        warnings = [self.extension_warning(destination.url) for destination in self.destination]
        return OutputPlan((Group("sheet", (name,)),), tuple(filter(None, warnings)))

    def moments(self, info: MediaInfo) -> list[Fraction]:
        """Tell the moments in the middles of equal parts of the source, so that neither end is shown."""
        span = self.range_of(info.duration_seconds)
        part = span.duration / self.count
        return [span.start + part * (Fraction(1, 2) + number) for number in range(self.count)]

    def render(self, group: Group, info: MediaInfo, bench: Workbench) -> Iterator[Artifact]:
        """Make the sheet."""
        moments = self.moments(info)
        fitting = self._fit(info)
        best_within = self.best_within(info.duration_seconds / self.count)

        def new_renderer() -> Callable[[Sample], Shot]:
            encoder = ImageEncoder(info.require_video(), fitting, self.encoding)
            return lambda sample: (sample.target.index, sample.stamp, encoder.pixels(sample.frame))

        job = SampleJob(bench.source, info, new_renderer, self.precision, best_within)
        targets = [Target(index, moment) for index, moment in enumerate(moments)]
        taken = sorted(sample_frames(job, targets, threads=bench.settings.threads), key=lambda shot: shot[0])
        captions = [clock_text(stamp.actual_seconds) for _, stamp, _ in taken]
        sheet = lay_out([pixels for _, _, pixels in taken], captions, min(self.columns, self.count))
        data = encode_pixels(sheet, self.encoding)
        (name,) = group.artifact_names
        bench.path(name).write_bytes(data)
        stamps = tuple(stamp for _, stamp, _ in taken)
        yield Artifact(name, self.image_format.content_type, len(data), stamps, bytes_read(bench.source))
        bench.on_progress(1.0)

    def _fit(self, info: MediaInfo) -> Fit:
        request = self.size_request()
        is_free = (request.width, request.height, request.short_side) == (None, None, None)
        return fit(info.require_video().display_size, SizeRequest(width=_DEFAULT_WIDTH) if is_free else request)

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the sheet."""
        del upscale
        (sheet,) = artifacts
        tile = self._fit(info).size
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


def clock_text(seconds: Fraction) -> str:
    """Write a time for people: hours, minutes, seconds and hundredths."""
    hundredths = int(seconds * 100)
    rest, hundredths = divmod(hundredths, 100)
    return f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}.{hundredths:02}"
