"""How do samples become the picture files of a request for thumbnails, in all its sizes, from one decode?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from filmstrip.domain.artifact import Artifact, FrameStamp
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.domain.timing import Precision
from filmstrip.media.image_encoder import ImageEncoder
from filmstrip.media.parallel_sampler import sample_frames
from filmstrip.media.picture_bytes import encode_pixels
from filmstrip.media.sample_job import SampleJob
from filmstrip.media.sampling import Sample, Target
from filmstrip.media.source import bytes_read
from filmstrip.media.sprite import Sheet
from filmstrip.outputs._base import Workbench
from filmstrip.outputs._thumbnail_layout import ThumbnailSet
from filmstrip.outputs._thumbnail_warnings import SubstituteTeller

_R = TypeVar("_R")


@dataclass(frozen=True)
class PictureMaker:
    """Makes the picture files of some sets with the same moments.

    Attributes:
        info: What the source holds.
        video: Its video stream.
        sets: One for each size.
        encoding: Format and quality of the files.
        precision: How near a frame has to be.
        best_within: How far before its moment a better frame may lie, in seconds; None to look for none.
        keeps_jpegs: Whether JPEGs of all pictures are kept for manifests that hold pictures themselves.
        bench: What to work with.
        teller: Told of each picture that is made.
    """

    info: MediaInfo
    video: VideoStream
    sets: Sequence[ThumbnailSet]
    encoding: PictureEncoding
    precision: Precision
    best_within: Fraction | None
    keeps_jpegs: bool
    bench: Workbench
    teller: SubstituteTeller

    def make_files(self, indices: Sequence[int]) -> Iterator[Artifact]:
        """Make a file for each moment and size."""
        for made in self._sample(indices, self._new_file_renderer):
            yield from made

    def make_sprite(self, number: int) -> Iterator[Artifact]:
        """Make the sprite with a number, in each size."""
        indices = self.sets[0].tiles.indices(number)
        sheets = [Sheet(each.tiles) for each in self.sets]
        stamps = dict(self._sample(indices, lambda: self._new_tile_renderer(sheets)))
        for each, sheet in zip(self.sets, sheets, strict=True):
            data = encode_pixels(sheet.pixels, self.encoding)
            frames = tuple(stamps[index] for index in indices)
            yield self._write(each.folder + each.file_name(number), data, frames)

    def make_jpegs(self, indices: Sequence[int]) -> None:
        """Make the kept JPEGs again that are not there any more."""
        for _ in self._sample(indices, self._new_jpeg_renderer):
            pass

    def _sample(self, indices: Sequence[int], new_renderer: Callable[[], Callable[[Sample], _R]]) -> Iterator[_R]:
        moments = self.sets[0].moments
        targets = [Target(index, moments.target(index)) for index in indices]
        job = SampleJob(self.bench.source, self.info, new_renderer, self.precision, self.best_within)
        for done, result in enumerate(sample_frames(job, targets, threads=self.bench.settings.threads), start=1):
            yield result
            self.bench.on_progress(done / len(targets))

    def _new_file_renderer(self) -> Callable[[Sample], list[Artifact]]:
        encoders = [ImageEncoder(self.video, each.fit, self.encoding) for each in self.sets]
        keep = self._new_jpeg_renderer() if self.keeps_jpegs else None

        def render(sample: Sample) -> list[Artifact]:
            self.teller.tell(sample.stamp)
            if keep is not None:
                keep(sample)
            return [
                self._write(
                    each.folder + each.file_name(sample.target.index), encoder.encode(sample.frame), (sample.stamp,)
                )
                for each, encoder in zip(self.sets, encoders, strict=True)
            ]

        return render

    def _new_tile_renderer(self, sheets: Sequence[Sheet]) -> Callable[[Sample], tuple[int, FrameStamp]]:
        encoders = [ImageEncoder(self.video, each.fit, self.encoding) for each in self.sets]
        keep = self._new_jpeg_renderer() if self.keeps_jpegs else None

        def render(sample: Sample) -> tuple[int, FrameStamp]:
            self.teller.tell(sample.stamp)
            if keep is not None:
                keep(sample)
            for sheet, encoder in zip(sheets, encoders, strict=True):
                sheet.place(sample.target.index, encoder.pixels(sample.frame))
            return sample.target.index, sample.stamp

        return render

    def _new_jpeg_renderer(self) -> Callable[[Sample], int]:
        jpeg = replace(self.encoding, image_format=ImageFormat.JPG, quality=None)
        encoders = [ImageEncoder(self.video, each.fit, jpeg) for each in self.sets]

        def keep(sample: Sample) -> int:
            for each, encoder in zip(self.sets, encoders, strict=True):
                _write_file(self.bench.folder / each.jpeg_name(sample.target.index), encoder.encode(sample.frame))
            return sample.target.index

        return keep

    def _write(self, name: str, data: bytes, frames: tuple[FrameStamp, ...]) -> Artifact:
        _write_file(self.bench.path(name), data)
        return Artifact(name, self.encoding.image_format.content_type, len(data), frames)


def telling_bytes_read(artifacts: Iterator[Artifact], bench: Workbench) -> Iterator[Artifact]:
    """Let each artifact tell how many bytes of the source were read since the one before it."""
    before = 0
    for artifact in artifacts:
        read = bytes_read(bench.source)
        yield replace(artifact, source_bytes_read=read - before)
        before = read


def _write_file(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
