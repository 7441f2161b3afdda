"""What does a request for `thumbnails` make? An image every N seconds and the WebVTT file that players read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from filmstrip.domain.artifact import Artifact, FrameStamp, MediaKind, OutputResult
from filmstrip.domain.errors import OutputError, StreamMissingError
from filmstrip.domain.geometry import Fit, fit
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.domain.timing import IntervalGrid
from filmstrip.manifest import webvtt
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.media.image_encoder import ImageEncoder
from filmstrip.media.parallel_sampler import SampleJob, sample_frames
from filmstrip.media.sampling import Sample, Target
from filmstrip.media.source import bytes_read
from filmstrip.outputs._base import Group, Output, OutputPlan, Workbench
from filmstrip.params.clip import Clip
from filmstrip.params.frame_selection import FrameSelection
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.image import ImageEncoding
from filmstrip.params.values import PositiveNumber, mistake

VTT_NAME = "thumbnails.vtt"
_MANIFEST_GROUP = "manifest"
# A crash repeats at most so many images; each group costs the start of a process.
_IMAGES_PER_GROUP = 500
_MOST_IMAGES = 100_000
_LEAST_INTERVAL = Fraction(1, 100)


def _at_least_a_hundredth(interval: Fraction) -> Fraction:
    if interval < _LEAST_INTERVAL:
        raise mistake(float(interval), "a number of seconds from 0.01 on")
    return interval


class Thumbnails(Output, FrameSizing, Clip, ImageEncoding, FrameSelection):
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
        return VTT_NAME

    def grid(self, info: MediaInfo) -> IntervalGrid:
        """Tell the moments that get an image."""
        return IntervalGrid(self.range_of(info.duration_seconds), self.interval)

    def fit(self, info: MediaInfo) -> Fit:
        """Tell the size of each image. Images may be larger than the source: their size is a promise to a player."""
        return fit(_video(info).display_size, self.size_request())

    def image_name(self, index: int) -> str:
        """Name the image of a target (from 0): `thumb_0001.png` is the first."""
        return f"thumb_{index + 1:04d}.{self.image_format.value}"

    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        """Name all images, in groups, and then the manifest."""
        del upscale  # an image always gets the size that was asked for
        self.fit(info)
        count = self.grid(info).count
        if count > _MOST_IMAGES:
            raise OutputError(
                f"interval: {float(self.interval):g} s would make {count} images of this source; "
                f"at most {_MOST_IMAGES} are allowed"
            )
        names = [self.image_name(index) for index in range(count)]
        groups = [
            Group(f"images-{start + 1}", tuple(names[start : start + _IMAGES_PER_GROUP]))
            for start in range(0, count, _IMAGES_PER_GROUP)
        ]
        return OutputPlan((*groups, Group(_MANIFEST_GROUP, (VTT_NAME,))))

    def render(self, group: Group, info: MediaInfo, bench: Workbench) -> Iterator[Artifact]:
        """Make the images of a group, or the manifest of all."""
        if group.name == _MANIFEST_GROUP:
            yield self._render_vtt(info, bench)
        else:
            yield from self._render_images(group, info, bench)

    def _render_images(self, group: Group, info: MediaInfo, bench: Workbench) -> Iterator[Artifact]:
        wanted = {name for name in group.artifact_names if name not in bench.finished}
        targets = [
            Target(index, moment)
            for index, moment in enumerate(self.grid(info).targets())
            if self.image_name(index) in wanted
        ]
        fitting = self.fit(info)
        job = SampleJob(
            bench.source,
            info,
            lambda: self._renderer(_video(info), fitting, bench),
            self.precision,
            self.best_within(self.interval),
        )
        read_before = 0
        for done, artifact in enumerate(sample_frames(job, targets, threads=bench.settings.threads), start=1):
            read = bytes_read(bench.source)
            yield replace(artifact, source_bytes_read=read - read_before)
            read_before = read
            bench.on_progress(done / len(targets))

    def _renderer(self, video: VideoStream, fitting: Fit, bench: Workbench) -> Callable[[Sample], Artifact]:
        encoder = ImageEncoder(video, fitting, self)

        def render(sample: Sample) -> Artifact:
            data = encoder.encode(sample.frame)
            name = self.image_name(sample.target.index)
            bench.path(name).write_bytes(data)
            _warn_of(sample.stamp, bench)
            return Artifact(name, self.image_format.content_type, len(data), sample.stamp)

        return render

    def _render_vtt(self, info: MediaInfo, bench: Workbench) -> Artifact:
        size = self.fit(info).size
        cues = [
            Cue(span, PictureRef(self.image_name(index), size)) for index, span in enumerate(self.grid(info).cues())
        ]
        data = webvtt.webvtt(cues).encode()
        bench.path(VTT_NAME).write_bytes(data)
        return Artifact(VTT_NAME, webvtt.CONTENT_TYPE, len(data))

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        """Describe the set: its URL is that of the WebVTT file."""
        del upscale
        size = self.fit(info).size
        return OutputResult(
            kind=self.kind,
            output_format=self.output_name,
            main_name=VTT_NAME,
            names=tuple(artifact.name for artifact in artifacts),
            size_bytes=sum(artifact.size_bytes for artifact in artifacts),
            storage_format="image",
            meta={
                "width": size.width,
                "height": size.height,
                "interval": float(self.interval),
                "count": self.grid(info).count,
                "format": self.image_format.wire_name,
                "size": info.size_bytes,
                "bytes_read": sum(artifact.source_bytes_read for artifact in artifacts) or info.size_bytes,
            },
        )


def _video(info: MediaInfo) -> VideoStream:
    if info.video is None:
        raise StreamMissingError("the source has no video stream to take images from")
    return info.video


def _warn_of(stamp: FrameStamp, bench: Workbench) -> None:
    if stamp.is_substitute:
        bench.warn(
            f"the frame at {float(stamp.requested_seconds):.3f} s could not be decoded; "
            f"the image shows the one at {float(stamp.actual_seconds):.3f} s"
        )
