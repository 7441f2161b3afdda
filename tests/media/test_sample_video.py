"""How is a video made to show what Filmstrip does?"""

from pathlib import Path

import av
import pytest

from filmstrip.domain.errors import MediaProcessError
from filmstrip.domain.geometry import FrameSize
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.sample_video import make_sample, shown_frame_number


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of it."""
    path = tmp_path_factory.mktemp("sample") / "sample.mp4"
    make_sample(path, MediaSettings(), lambda _fraction: None, duration_seconds=2)
    return path


def test_every_frame_tells_its_number(sample: Path, tmp_path: Path) -> None:
    """The number in a picture is the number of the frame, also in a picture that was made smaller."""
    with av.open(str(sample)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            path = tmp_path / f"{index}.png"
            frame.to_image(width=320, height=240).save(path)
            assert shown_frame_number(path) == index
    assert index == 49


def test_it_moves(sample: Path) -> None:
    """No two neighbouring seconds look alike, so that a wrong picture is seen at a glance."""
    with av.open(str(sample)) as container:
        frames = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]
    assert abs(frames[0] - frames[25]).mean() > 2


def test_it_is_an_ordinary_video(sample: Path) -> None:
    """It has what most videos have: H.264 and AAC, 640x360."""
    info = probe(LocalFile(sample), MediaSettings())
    assert info.video is not None
    assert (info.video.codec, info.video.display_size) == ("h264", FrameSize(640, 360))
    assert [stream.codec for stream in info.audio] == ["aac"]


def test_a_failing_ffmpeg_is_told(tmp_path: Path) -> None:
    """An ffmpeg that cannot write says why."""
    with pytest.raises(MediaProcessError, match="The ffmpeg program cannot make the sample"):
        make_sample(tmp_path / "missing" / "sample.mp4", MediaSettings(), lambda _fraction: None, duration_seconds=1)
