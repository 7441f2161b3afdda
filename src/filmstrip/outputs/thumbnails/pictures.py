"""Makes the picture files of requests for thumbnails of samples, in all their sizes, from one decode."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.media.pictures.image_encoder import ImageEncoder
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import ResultT, SampleJob
from filmstrip.media.sampling.targets import Sample, Target
from filmstrip.media.source.media_source import bytes_read
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs.thumbnails.layout import Sampling, ThumbnailSet
from filmstrip.outputs.thumbnails.painters import FilePainter, Painter, SpritePainter, write_file
from filmstrip.outputs.thumbnails.warnings import SubstituteTeller

# Each chunk begins again at a keyframe: of sprites with few tiles, several are made in one.
_LEAST_CHUNK = 64


@dataclass
class PictureMaker:
    """Makes the picture files of one output.

    Attributes:
        info: What the source holds.
        sampling: Which frames are taken.
        sets: The files of each size.
        encoding: Format and quality of the files.
        keeps_jpegs: Whether JPEGs of all pictures are kept for manifests that hold pictures themselves.
        bench: What to work with.
        names: The files that are to be made.
    """

    info: MediaInfo
    sampling: Sampling
    sets: Sequence[ThumbnailSet]
    encoding: PictureEncoding
    keeps_jpegs: bool
    bench: Workbench
    names: Collection[str]

    def __post_init__(self) -> None:
        self._painters = [self._painter(each) for each in self.sets]
        self._teller = SubstituteTeller(self.bench)

    def indices(self) -> set[int]:
        """Return which pictures are in files that are to be made."""
        return {index for painter in self._painters for index in painter.indices()}

    def new_renderer(self, video: VideoStream) -> Callable[[Sample], list[Artifact]]:
        """Begin to make files in one thread: each sample of a stream gives those that it makes whole."""
        paints = [(painter, painter.new_paint(video)) for painter in self._painters]
        keep = self._new_jpeg_renderer(video) if self.keeps_jpegs else None

        def render(sample: Sample) -> list[Artifact]:
            wanting = [paint for painter, paint in paints if painter.wants(sample.target.index)]
            if wanting:
                self._teller.tell(sample.stamp)
            if wanting and keep is not None:
                keep(sample)
            return [artifact for paint in wanting if (artifact := paint(sample)) is not None]

        return render

    def restore_jpegs(self) -> None:
        """Make kept JPEGs again that are gone, as after a restart on another machine."""
        gone = [
            index
            for index in range(self.sampling.moments.count if self.keeps_jpegs else 0)
            if not all(self.bench.path(each.jpeg_name(index)).exists() for each in self.sets)
        ]
        if gone:
            for _ in _take(self, gone, self._new_jpeg_renderer):
                pass

    def _painter(self, each: ThumbnailSet) -> Painter:
        kind = SpritePainter if each.is_tiled else FilePainter
        wanted = each.numbers_of(self.names)
        return kind(each, wanted, self.encoding, self.bench)

    def _new_jpeg_renderer(self, video: VideoStream) -> Callable[[Sample], int]:
        jpeg = replace(self.encoding, image_format=ImageFormat.JPG)
        encoders = [ImageEncoder(video, each.fit, jpeg) for each in self.sets]

        def keep(sample: Sample) -> int:
            for each, encoder in zip(self.sets, encoders, strict=True):
                write_file(self.bench.path(each.jpeg_name(sample.target.index)), encoder.encode(sample.frame))
            return sample.target.index

        return keep


def _take(
    maker: PictureMaker, indices: Collection[int], new_renderer: Callable[[VideoStream], Callable[[Sample], ResultT]]
) -> Iterator[ResultT]:
    """Take the frames of some of the moments, and yield what a renderer, one for each thread, makes of them."""
    sampling, bench = maker.sampling, maker.bench
    job = SampleJob(bench.source, maker.info, new_renderer, sampling.precision, sampling.best_within)
    targets = [Target(index, sampling.moments.target(index)) for index in indices]
    return sample_frames(job, targets, threads=bench.settings.threads)


def make_pictures(makers: Sequence[PictureMaker]) -> Iterator[tuple[int, Artifact]]:
    """Make the files of outputs with the same sampling from one decode, yielding each with its output's position.

    Each file tells how many bytes of the source were read since the one before it of its output.
    """
    first = makers[0]
    read_before = [0 for _ in makers]

    def new_renderer(video: VideoStream) -> Callable[[Sample], list[tuple[int, Artifact]]]:
        renderers = [maker.new_renderer(video) for maker in makers]
        return lambda sample: [(position, made) for position, each in enumerate(renderers) for made in each(sample)]

    indices = sorted(set[int]().union(*(maker.indices() for maker in makers)))
    done = 0
    for chunk in _chunks(indices, makers):
        for made in _take(first, chunk, new_renderer):
            for position, artifact in made:
                read = bytes_read(first.bench.source)
                yield position, replace(artifact, source_bytes_read=read - read_before[position])
                read_before[position] = read
            done += 1
            for maker in makers:
                maker.bench.on_progress(done / len(indices))


def _chunks(indices: Sequence[int], makers: Sequence[PictureMaker]) -> Iterator[list[int]]:
    """Cut a series between sprites of the smallest kind, so that few sprites are begun and not finished."""
    tiles = [each.tiles.tiles_per_sprite for maker in makers for each in maker.sets if each.is_tiled]
    length = min(tiles, default=len(indices) or 1)
    length *= max(1, _LEAST_CHUNK // length) if tiles else 1
    for _, chunk in groupby(indices, key=lambda index: index // length if tiles else 0):
        yield list(chunk)
