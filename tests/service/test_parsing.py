"""How often is a query parsed? Once while its task is made, and by each child process what concerns it."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from toy_service import ToyService

pytestmark = pytest.mark.timeout(120)


def test_a_query_is_parsed_once(tmp_path: Path, small_video: Path) -> None:
    """A video is one process, pictures with their manifest another one."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path) as service:
        video = {"output": "mp4", "destination": f"file://{tmp_path}/out/video.mp4", "width": 64}
        thumbnails = {"output": "thumbnails", "interval": 1, "width": 32}
        task = service.finished(service.submit((tmp_path / "source.mp4").as_uri(), video, thumbnails))
    assert task.error is None
    assert Counter((tmp_path / "parsed").read_text().split()) == {"query": 1, "entry": 2}
