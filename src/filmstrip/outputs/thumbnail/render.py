"""Makes the picture of `thumbnail`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.media_info import VideoStream
from filmstrip.media.pictures.image_encoder import ImageEncoder
from filmstrip.media.sampling.frame_number import seconds_of_frame
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import Sample, Target
from filmstrip.media.source.media_source import bytes_read
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs._substitutes import substitute_warnings
from filmstrip.outputs.thumbnail.output import SEARCH_SECONDS, Thumbnail


def render(output: Thumbnail, bench: Workbench) -> Iterator[Artifact]:
    """Make the picture."""
    info = bench.rendering.info
    video = info.require_video()
    moment = output.moment(info)
    if output.frame_number is not None:
        moment = seconds_of_frame(bench.source, info, video, output.frame_number)
    (name,) = bench.rendering.group.artifact_names

    def new_renderer(own: VideoStream) -> Callable[[Sample], Artifact]:
        encoder = ImageEncoder(own, output.fit_to(info), output.encoding)

        def paint(sample: Sample) -> Artifact:
            data = encoder.encode(sample.frame)
            bench.path(name).write_bytes(data)
            for warning in substitute_warnings((sample.stamp,)):
                bench.warn(warning)
            read = bytes_read(bench.source)
            return Artifact(name, output.image_format.content_type, len(data), (sample.stamp,), read)

        return paint

    job = SampleJob(bench.source, info, new_renderer, output.precision, output.best_within(2 * SEARCH_SECONDS))
    yield from sample_frames(job, [Target(0, moment)], threads=bench.settings.threads)
    bench.on_progress(1.0)
