"""Makes the file of a moving picture: frames are taken as thumbnails are, kept, encoded, and looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from filmstrip.domain.artifact import Artifact, FrameStamp
from filmstrip.domain.media_info import VideoStream
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.domain.progress import ProgressListener, portion
from filmstrip.domain.timing import EXACT
from filmstrip.media.pictures.frame_file import FrameFile
from filmstrip.media.pictures.image_encoder import ImageEncoder
from filmstrip.media.pictures.moving_check import check_moving_picture
from filmstrip.media.pictures.moving_picture import write_moving_picture
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import Sample, Target
from filmstrip.media.source.media_source import bytes_read
from filmstrip.outputs._moving_picture import MovingPicture
from filmstrip.outputs._moving_source import require_source
from filmstrip.outputs._pulse import Pulse
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs._substitutes import substitute_warnings
from filmstrip.outputs._video_end import early_end_warnings

_SAMPLING_SHARE, _WRITING_SHARE, _CHECKING_SHARE = 0.5, 0.4, 0.1
# How long one frame may be worked on by one call: FFmpeg's filters look for the colours of a GIF at a million pixels a
# second where no two are alike.
_STEP_SECONDS, _STEP_SECONDS_PER_PIXEL = 15.0, 1e-5


def render(output: MovingPicture, bench: Workbench) -> Iterator[Artifact]:
    """Make the file; it has its name only when it is whole."""
    (name,) = bench.rendering.group.artifact_names
    if name in bench.rendering.finished:
        return
    path, size = bench.path(name), output.fitting(bench.rendering.info).size
    with Pulse(bench.on_progress, _STEP_SECONDS + _STEP_SECONDS_PER_PIXEL * size.width * size.height) as pulse:
        _make(output, bench, path, pulse)
    duration = output.encoding.duration(output.frame_count(bench.rendering.info))
    content_type = output.moving_format.content_type
    read = bytes_read(bench.source)
    yield Artifact(name, content_type, path.stat().st_size, (), read, duration_seconds=duration)


def _make(output: MovingPicture, bench: Workbench, path: Path, on_progress: ProgressListener) -> None:
    info = bench.rendering.info
    count, size = output.frame_count(info), output.fitting(info).size
    part = path.with_name(f"{path.name}.part")
    with FrameFile(path.with_name(f"{path.name}.frames"), size, count) as frames:
        _take(output, bench, frames, portion(on_progress, 0, _SAMPLING_SHARE))
        on_written = portion(on_progress, _SAMPLING_SHARE, _WRITING_SHARE)
        write_moving_picture(part, frames, output.encoding, on_written)
    on_checked = portion(on_progress, 1 - _CHECKING_SHARE, _CHECKING_SHARE)
    check_moving_picture(part, output.encoding, size, count, on_checked)
    part.replace(path)
    on_progress(1.0)


def _take(output: MovingPicture, bench: Workbench, frames: FrameFile, on_progress: ProgressListener) -> None:
    info = bench.rendering.info
    stamps: list[FrameStamp] = []
    plain = PictureEncoding(ImageFormat.PNG, background=output.background_rgb)

    def new_renderer(video: VideoStream) -> Callable[[Sample], Sample]:
        encoder = ImageEncoder(video, output.fitting(info), plain)

        def keep(sample: Sample) -> Sample:
            frames.put(sample.target.index, encoder.pixels(sample.frame))
            return sample

        return keep

    job = SampleJob(bench.source, info, new_renderer)
    targets = [Target(index, moment) for index, moment in enumerate(output.moments(info))]
    for done, sample in enumerate(sample_frames(job, targets, threads=bench.settings.threads), start=1):
        on_progress(done / frames.count)
        stamps.append(sample.stamp)
    stamps.sort(key=lambda stamp: stamp.requested_seconds)
    require_source(output, bench, stamps)
    for warning in (*substitute_warnings(stamps), *early_end_warnings(stamps, info, EXACT, "frames")):
        bench.warn(warning)
