"""Is a better frame taken when one is asked for, and is its own time told?"""

from __future__ import annotations

import io
import subprocess
from fractions import Fraction

import numpy as np
import pytest
from av.video.frame import VideoFrame
from PIL import Image

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.geometry import SizeRequest, fit
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.media.pictures.image_encoder import ImageEncoder
from filmstrip.media.probing.probe import probe
from filmstrip.media.sampling.frame_judge import FrameJudge, Verdict
from filmstrip.media.sampling.parallel_sampler import sample_frames
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import Target
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg

# Black for a tenth of a second from every second on: a picture of each second is black, the ones before it are not.
BLINKING = "testsrc2=size=320x180:rate=30:duration=6,drawbox=t=fill:color=black:enable='lt(mod(t,1),0.1)'"


@pytest.fixture(scope="module")
def blinking(tmp_path_factory: pytest.TempPathFactory) -> LocalFile:
    path = tmp_path_factory.mktemp("blinking") / "blinking.mp4"
    encoding = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "100", "-pix_fmt", "yuv420p")
    command = (find_ffmpeg(MediaSettings()), "-v", "error", "-f", "lavfi", "-i", BLINKING, *encoding, str(path))
    subprocess.run(command, check=True, timeout=50)
    return LocalFile(path)


def taken(source: LocalFile, best_within: Fraction | None) -> list[tuple[FrameStamp, float]]:
    """Sample each second from the first on; the stamps, and how bright each picture is."""
    info = probe(source, MediaSettings())
    assert info.video is not None
    video = info.video

    def new_renderer(_video):  # noqa: ANN001, ANN202 - a closure for one line below
        encoder = ImageEncoder(video, fit(video.display_size, SizeRequest()), PictureEncoding(ImageFormat.PNG))
        return lambda sample: (sample.stamp, encoder.encode(sample.frame))

    job = SampleJob(source, info, new_renderer, best_within=best_within)
    samples = sample_frames(job, [Target(number, Fraction(number)) for number in range(1, 6)])
    return [(stamp, float(np.asarray(Image.open(io.BytesIO(data))).mean())) for stamp, data in samples]


def test_the_frame_that_is_played_is_taken_by_default(blinking: LocalFile) -> None:
    """Exact means exact, black or not."""
    for stamp, brightness in taken(blinking, None):
        assert stamp.actual_seconds == stamp.requested_seconds
        assert brightness < 5


def test_a_black_frame_gives_way_to_a_good_one(blinking: LocalFile) -> None:
    """With `best`, no picture is black, and each tells its own time within the window."""
    for stamp, brightness in taken(blinking, Fraction(1, 2)):
        assert brightness > 40
        assert 0 < stamp.requested_seconds - stamp.actual_seconds <= Fraction(1, 2)


def test_sharp_beats_blurred_and_something_beats_nothing() -> None:
    """A picture gives way only to one that is clearly sharper, or when it shows nothing."""
    noise = np.random.default_rng(3).integers(0, 256, (90, 160), np.uint8)
    blurred = noise.reshape(18, 5, 32, 5).mean(axis=(1, 3)).repeat(5, 0).repeat(5, 1).astype(np.uint8)
    judge = FrameJudge()
    sharp, soft, black = (
        judge.judge(VideoFrame.from_ndarray(np.ascontiguousarray(grey), "gray"))
        for grey in (noise, blurred, np.zeros_like(noise))
    )
    assert soft.is_beaten_by(sharp)
    assert not sharp.is_beaten_by(soft)
    assert black.is_beaten_by(soft)
    assert not soft.is_beaten_by(black)
    assert not Verdict(100, 50).is_beaten_by(Verdict(100, 55))
