"""How often is the server of a source asked? For what is read, and not by each step whether it is still there."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstrip.testing.range_server import RangeServer
from toy_service import ToyService

pytestmark = pytest.mark.timeout(120)
THUMBNAILS = {"output": "thumbnails", "interval": 1, "width": 32}


@pytest.fixture
def service(tmp_path: Path, range_server: RangeServer, small_video: Path) -> Iterator[ToyService]:
    shutil.copy(small_video, range_server.folder / "source.mp4")
    with ToyService(tmp_path) as running:
        yield running


def test_a_small_remote_job_asks_three_times(service: ToyService, range_server: RangeServer) -> None:
    """Once whether it is there, then for its first bytes: when it is probed, and when its pictures are taken."""
    task = service.finished(service.submit(range_server.url_of("source.mp4"), THUMBNAILS))
    assert task.error is None
    ranges = [request.headers.get("range") for request in range_server.requests]
    assert ranges == ["bytes=0-767", "bytes=0-65535", "bytes=0-65535"]


def test_a_source_that_changes_between_steps_is_noticed(service: ToyService, range_server: RangeServer) -> None:
    """By the answers to what is read: no picture is of another video than the one that was probed."""
    service.hold("probe")
    token = service.submit(range_server.url_of("source.mp4"), THUMBNAILS)
    service.await_gate("probe")
    source = range_server.folder / "source.mp4"
    source.write_bytes(source.read_bytes() + bytes(8))
    service.open_gates()
    assert "changed while it was read" in str(service.finished(token).error)
