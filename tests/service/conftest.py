"""Real video for tests of the whole service."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest


@pytest.fixture(scope="session")
def small_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of moving picture with sound."""
    path = tmp_path_factory.mktemp("video") / "small.mp4"
    video, sound = "testsrc2=d=2:r=10:s=160x90", "sine=d=2"
    sources = ["-f", "lavfi", "-i", video, "-f", "lavfi", "-i", sound]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *sources, str(path)], check=True)
    return path
