"""Makes the picture of `contact_sheet`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from filmstrip.domain.artifact import Artifact, FrameStamp
from filmstrip.domain.media_info import VideoStream
from filmstrip.media.pictures.contact_picture import RgbArray, lay_out
from filmstrip.media.pictures.image_encoder import ImageEncoder
from filmstrip.media.pictures.picture_bytes import encode_pixels
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import Sample, Target
from filmstrip.media.source.media_source import bytes_read
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs._substitutes import substitute_warnings
from filmstrip.outputs.contact_sheet.output import ContactSheet

Shot = tuple[int, FrameStamp, RgbArray]
"""A frame's number in the sheet, which one it is, and its finished pixels."""


def render(output: ContactSheet, bench: Workbench) -> Iterator[Artifact]:
    """Make the sheet."""
    taken = _shots(output, bench)
    captions = [clock_text(stamp.actual_seconds) for _, stamp, _ in taken]
    sheet = lay_out([pixels for _, _, pixels in taken], captions, min(output.columns, output.count))
    data = encode_pixels(sheet, output.encoding)
    (name,) = bench.rendering.group.artifact_names
    bench.path(name).write_bytes(data)
    stamps = tuple(stamp for _, stamp, _ in taken)
    for warning in substitute_warnings(stamps):
        bench.warn(warning)
    yield Artifact(name, output.image_format.content_type, len(data), stamps, bytes_read(bench.source))
    bench.on_progress(1.0)


def _shots(output: ContactSheet, bench: Workbench) -> list[Shot]:
    info = bench.rendering.info
    fitting = output.fit_tiles(info)

    def new_renderer(video: VideoStream) -> Callable[[Sample], Shot]:
        encoder = ImageEncoder(video, fitting, output.encoding)
        return lambda sample: (sample.target.index, sample.stamp, encoder.pixels(sample.frame))

    best_within = output.best_within(info.duration_seconds / output.count)
    job = SampleJob(bench.source, info, new_renderer, output.precision, best_within)
    targets = [Target(index, moment) for index, moment in enumerate(output.moments(info))]
    return sorted(sample_frames(job, targets, threads=bench.settings.threads), key=lambda shot: shot[0])


def clock_text(seconds: Fraction) -> str:
    """Write a time for people: hours, minutes, seconds and hundredths."""
    hundredths = int(seconds * 100)
    rest, hundredths = divmod(hundredths, 100)
    return f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}.{hundredths:02}"
