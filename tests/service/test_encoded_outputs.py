"""Does each encoder run behind the walls of a service, and is its file told where clients look for it?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from filmstrip.wire.status import task_status
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)

_OUTPUTS = (
    {"output": "mp3", "audio_bitrate": 96},
    {"output": "m4a"},
    {"output": "flac"},
    {"output": "webm", "video_codec_parameters": {"preset": "realtime"}, "bitrate": 100},
    {"output": "webm", "video_codec": "libvpx", "audio_codec": "vorbis", "start_time": 1},
    {
        "output": "mp4",
        "video_codec": "libx265",
        "video_codec_parameters": {"preset": "ultrafast"},
        "bitrate": 100,
        "two_pass": 1,
    },
    {"output": "mp4", "video_codec": "libsvtav1", "video_codec_parameters": {"preset": 12}, "start_time": 1},
)


def test_each_encoder_works_behind_the_walls(tmp_path: Path, small_video: Path) -> None:
    """Sound is in a list of its own, with its facts; nothing is left but the files."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    places = [{"destination": f"file://{tmp_path}/out/{index}", "height": 60} for index in range(len(_OUTPUTS))]
    with ToyService(tmp_path) as service:
        entries = [place | output for place, output in zip(places, _OUTPUTS, strict=True)]
        token = service.submit((tmp_path / "source.mp4").as_uri(), *entries)
        task = service.finished(token)
        assert [output.error for output in task.outputs] == [None] * len(_OUTPUTS)
        eventually(lambda: not (tmp_path / "work" / token).exists(), "the work folder is removed")
    status = task_status(task, "http://media.local")
    audios, videos = status["audios"], status["videos"]
    assert isinstance(audios, list)
    assert isinstance(videos, list)
    assert [audio["tag"] for audio in audios] == ["audio-0-0-0", "audio-0-1-0", "audio-0-2-0"]
    assert [audio["meta"]["codec"] for audio in audios] == ["mp3", "aac", "flac"]
    assert [video["meta"]["codec"] for video in videos] == ["vp9", "vp8", "hevc", "av1"]
    sizes = [float(each["size"]) * 10**6 for each in (*audios, *videos)]
    assert sizes == [(tmp_path / "out" / str(index)).stat().st_size for index in range(len(_OUTPUTS))]
