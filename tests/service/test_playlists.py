"""Is a playlist a source like any other for a service: through an outage, and for what is found out about it?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import pytest

import barcode
from filmstrip.testing.range_server import RangeServer
from playlists import FRAGMENTED, FRAMES, GROUP, HLS, RATE, SECONDS, lay_apart, made
from toy_service import ToyService

pytestmark = pytest.mark.timeout(120)
THUMBNAILS = {"output": "thumbnails", "interval": 1, "width": 32}


@pytest.fixture
def service(tmp_path: Path, range_server: RangeServer) -> Iterator[ToyService]:
    made(HLS).lay(range_server.folder)
    with ToyService(tmp_path) as running:
        yield running


def test_a_task_reads_each_segment_once(service: ToyService, range_server: RangeServer) -> None:
    """Its segments are fetched once for all steps and outputs; its size is that of the film."""
    token = service.submit(range_server.url_of("film.m3u8"), THUMBNAILS, {"output": "thumbnail", "width": 32})
    assert service.finished(token).error is None
    segments = [request.path for request in range_server.requests if request.path.endswith(".ts")]
    assert len(segments) == len(set(segments)) == len(list(range_server.folder.glob("*.ts")))
    source = service.database.tasks.read_source(token)
    assert source is not None
    assert source.info.size_bytes == sum(path.stat().st_size for path in range_server.folder.glob("*.ts"))
    assert float(source.info.duration_seconds) == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("form", [HLS, f"{HLS} {FRAGMENTED}"], ids=["transport", "fragments"])
def test_sound_for_itself_goes_with_the_pictures(
    form: str, service: ToyService, range_server: RangeServer, tmp_path: Path
) -> None:
    """Pictures and sound in lists of their own are one film, also where clocks change."""
    lay_apart(range_server.folder, form, 2)
    out = tmp_path / "out" / "film.mp4"
    video = {"output": "mp4", "destination": out.as_uri(), "video_codec_parameters": {"preset": "ultrafast"}}
    pictures = {"output": "thumbnails", "interval": GROUP / RATE, "destination": f"{(tmp_path / 'out').as_uri()}/"}
    token = service.submit(range_server.url_of("all.m3u8"), pictures, video)
    assert service.finished(token).error is None
    source = service.database.tasks.read_source(token)
    assert source is not None
    assert float(source.info.duration_seconds) == pytest.approx(2 * SECONDS, abs=0.15)
    numbers = [barcode.read_number_of_file(path) for path in sorted((tmp_path / "out").glob("*.png"))]
    assert {*range(0, 2 * FRAMES, GROUP)} <= set(numbers)
    with av.open(str(out)) as container:
        lengths = [float(stream.duration * stream.time_base) for stream in container.streams]
    assert lengths == pytest.approx([2 * SECONDS] * 2, abs=0.15)


def test_an_outage_in_the_middle_is_waited_for(service: ToyService, range_server: RangeServer) -> None:
    """A server that cannot answer in the middle of a list is asked again later, and the task is made."""
    range_server.manners.refuse_only, range_server.manners.refuse = "2.ts", 1
    token = service.submit(range_server.url_of("film.m3u8"), THUMBNAILS)
    assert service.finished(token).error is None
    assert range_server.manners.refuse == 0


def test_a_segment_that_is_not_there_is_named(service: ToyService, range_server: RangeServer) -> None:
    """The error of the task says which segment cannot be read, without what may be a signature."""
    text = (range_server.folder / "film.m3u8").read_text()
    (range_server.folder / "film.m3u8").write_text(text.replace("film1.ts", "lost.ts?sig=secret"))
    error = service.finished(service.submit(range_server.url_of("film.m3u8?sig=secret"), THUMBNAILS)).error
    assert error is not None
    assert "/lost.ts" in error
    assert "secret" not in error
