"""Our engine alone: probe, sample, scale, encode, write, in one process, without queue, child process or manifest.

Run as a program: writes the images and prints one line of JSON with what sampling took.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from fractions import Fraction
from pathlib import Path

from filmstrip.domain.geometry import Fit, FrameSize
from filmstrip.domain.media_info import VideoStream
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.domain.timing import EXACT, KEYFRAME, Precision
from filmstrip.media.pictures.image_encoder import ImageEncoder
from filmstrip.media.probing.probe import probe
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import Sample, SamplingCost, Target
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile, MediaSource

PRECISIONS = {"exact": EXACT, "keyframe": KEYFRAME}


def main() -> None:
    """Make the images."""
    loaded_at = time.process_time()
    given = _arguments()
    with _opened(given.source) as source:
        info = probe(source, MediaSettings())
        assert info.video is not None
        video, fitting = info.video, Fit(given.size, given.size)
        encoding = PictureEncoding(ImageFormat(given.format))

        def new_renderer(_video: VideoStream) -> Callable[[Sample], int]:
            return _renderer(ImageEncoder(video, fitting, encoding), given.folder, given.format)

        job = SampleJob(source, info, new_renderer, given.precision)
        targets = [Target(index, index * given.interval) for index in range(given.count)]
        cost = SamplingCost()
        images = sum(1 for _ in sample_frames(job, targets, threads=given.threads, cost=cost))
        bytes_read = None if isinstance(source, LocalFile) else source.bytes_read
    work = time.process_time() - loaded_at
    told = {"images": images, "bytes_read": bytes_read, "work_cpu_seconds": work, **dataclasses.asdict(cost)}
    print(json.dumps(told))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", help="a file, or a URL of loopback")
    parser.add_argument("interval", type=Fraction)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=FrameSize.parse, default=FrameSize(320, 240))
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--precision", type=_precision, default=EXACT)
    parser.add_argument("--format", choices=["jpg", "png"], default="jpg")
    return parser.parse_args()


@contextmanager
def _opened(source: str) -> Iterator[MediaSource]:
    if "://" not in source:
        yield LocalFile(Path(source))
        return
    # Only a remote source needs the storage floor: its imports are no cost of the others.
    from filmstrip.media.source.block_cache import BlockCache  # noqa: PLC0415
    from filmstrip.storage.settings import StorageSettings  # noqa: PLC0415
    from filmstrip.storage.sources import open_source  # noqa: PLC0415

    settings = StorageSettings(temporary_root=Path(), private_hosts=("127.0.0.1",))
    ranges = open_source(source, settings)
    assert not isinstance(ranges, Path)
    with closing(ranges):
        yield BlockCache(ranges)


def _precision(text: str) -> Precision:
    return PRECISIONS[text] if text in PRECISIONS else Precision(Fraction(text))


def _renderer(encoder: ImageEncoder, folder: Path, suffix: str) -> Callable[[Sample], int]:
    def render(sample: Sample) -> int:
        return (folder / f"{sample.target.index + 1:05d}.{suffix}").write_bytes(encoder.encode(sample.frame))

    return render


if __name__ == "__main__":
    main()
