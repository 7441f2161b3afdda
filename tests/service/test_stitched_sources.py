"""Are several sources one film to a service: fetched once each, exact at their joints, whoever is killed?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

import barcode
from filmstrip.db.task_records import TaskRecord
from filmstrip.testing.range_server import RangeServer
from mp4_bench import Encoded, generate
from stitch_films import X264, beeps, film
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)
FAST = {"video_codec_parameters": {"preset": "ultrafast"}}


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One with stereo sound of 48 kHz, one that is smaller and faster with mono sound of 44.1 kHz, and a silent one."""
    folder = tmp_path_factory.mktemp("films")
    made = (
        film(folder / "a.mp4", 0, f"{X264} -c:a aac -ac 2"),
        film(folder / "b.mp4", 1000, f"{X264} -c:a aac -ac 1", fps="50", size=(256, 144), sound=44100),
        film(folder / "silent.mp4", 2000, X264, sound=0),
        generate(folder / "sound.mp3", "-f", "lavfi", "-i", "sine=duration=1"),
    )
    return {path.name: path.read_bytes() for path in made}


@pytest.fixture
def service(tmp_path: Path, range_server: RangeServer, films: dict[str, bytes]) -> Iterator[ToyService]:
    for name, content in films.items():
        (range_server.folder / name).write_bytes(content)
    with ToyService(tmp_path) as running:
        yield running


def stitch(service: ToyService, server: RangeServer, items: list[Any], *outputs: dict[str, Any]) -> str:
    """Submit a task of sources, each a name or an object with `url`."""
    named = [
        server.url_of(item) if isinstance(item, str) else {**item, "url": server.url_of(item["url"])} for item in items
    ]
    return service.submit("", *(outputs or ({"output": "thumbnails", "interval": 1},)), stitch=named)


def lengthen(server: RangeServer, name: str) -> None:
    """Let a source take several seconds: bytes follow it that are no film."""
    path = server.folder / name
    path.write_bytes(path.read_bytes() + bytes(8 << 20))
    server.manners.bytes_per_second = 1 << 19


def asked_for(server: RangeServer) -> Counter[str]:
    """Count how often each source was begun to be fetched: what it was asked before its state was known."""
    return Counter(request.path for request in server.requests if "if-match" not in request.headers)


def shown(encoded: Encoded, moment: Fraction) -> int | None:
    return [number for time, number in encoded.numbers() if time <= moment + Fraction(1, 500)][-1]


def numbers(task: TaskRecord, folder: Path) -> list[int | None]:
    result = task.outputs[0].result
    assert result is not None
    return [barcode.read_number_of_file(folder / name) for name in result.names if name.endswith(".png")]


def test_sources_of_different_kinds_are_one_film(service: ToyService, range_server: RangeServer) -> None:
    """Pictures, manifest, video and sound change at the very joints; what is shown twice is fetched once."""
    items = ["a.mp4", {"url": "b.mp4", "start_time": "1", "duration": 1.5}, "silent.mp4", "a.mp4"]
    video = {"output": "mp4", "destination": f"file://{service.folder}/out/film.mp4", **FAST}
    pictures = {"output": "thumbnails", "interval": 1, "width": 320, "image_format": "png"}
    gif = {"output": "gif", "destination": f"file://{service.folder}/out/film.gif", "width": 64, "framerate": 2}
    task = service.finished(stitch(service, range_server, items, pictures, video, gif))
    assert task.error is None
    assert float(task.duration_seconds or 0) == pytest.approx(10.5, abs=0.06)
    assert set(asked_for(range_server).values()) == {1}
    # 3 and 4 s are 1 and 2 s of the second; 5 s is 0.5 s of the third; 8 s is 0.5 s of the first again.
    found = numbers(task, service.folder / "out" / "0")
    expected = [0, 25, 50, 1050, 1100, 2012, 2037, 2062, 12, 37, 62]
    assert found == [pytest.approx(number, abs=1) for number in expected]
    cues = next((service.folder / "out" / "0").glob("*.vtt")).read_text().split("\n\n")[1:]
    assert len([cue for cue in cues if cue.strip()]) == 11
    encoded = Encoded(service.folder / "out" / "film.mp4", task.outputs[1].result, (), ())  # type: ignore[arg-type]
    moments = [Fraction(at) + Fraction(1, 50) for at in range(11)]
    assert [shown(encoded, moment) for moment in moments] == [pytest.approx(each, abs=1.1) for each in expected]
    assert beeps(encoded.sound()) == pytest.approx([2, 4, 9.5], abs=0.05)
    assert task.outputs[1].result is not None
    assert task.outputs[1].result.meta["width"] == 320
    assert (service.folder / "out" / "film.gif").stat().st_size > 500


def test_a_killed_service_keeps_the_finished_sources(service: ToyService, range_server: RangeServer) -> None:
    """Those before the one at which it was killed are not asked for again."""
    lengthen(range_server, "b.mp4")
    token = stitch(service, range_server, ["a.mp4", "silent.mp4", "b.mp4"])
    eventually(lambda: asked_for(range_server)["/b.mp4"] == 1, "the third source is asked for")
    service.kill()
    range_server.manners.bytes_per_second = None
    service.start()
    task = service.finished(token)
    assert task.error is None
    counted = asked_for(range_server)
    assert (counted["/a.mp4"], counted["/silent.mp4"]) == (1, 1)
    assert counted["/b.mp4"] == 2


def test_an_outage_in_the_middle_is_waited_for(service: ToyService, range_server: RangeServer) -> None:
    """What was fetched before it is kept, and the task says whom it waits for."""
    lengthen(range_server, "b.mp4")
    token = stitch(service, range_server, ["a.mp4", "b.mp4"])
    eventually(lambda: asked_for(range_server)["/b.mp4"] == 1, "the second source is asked for")
    range_server.manners.cut = range_server.manners.refuse = 10_000
    outage = eventually(lambda: service.task(token).outage, "the task waits for the host")
    assert outage.reason.startswith("stitch[1].url: ")
    assert outage.host == range_server.url.partition("://")[2]
    range_server.manners.cut = range_server.manners.refuse = 0
    range_server.manners.bytes_per_second = None
    assert service.finished(token).error is None
    assert asked_for(range_server)["/a.mp4"] == 1


def test_what_is_wrong_with_one_is_told_of_it(service: ToyService, range_server: RangeServer) -> None:
    """One that is not there, is no media, has no pictures or is too short for its part, or may not be read."""
    (range_server.folder / "text.mp4").write_text("no film")
    address = range_server.url_of("")
    cases = (
        (["a.mp4", "missing.mp4"], f'stitch[1].url: There is nothing at "{address}missing.mp4" (404'),
        (["a.mp4", "a.mp4", "text.mp4"], f'stitch[2].url: The source "{address}text.mp4" cannot be read as media'),
        (["a.mp4", "sound.mp3"], "stitch[1]: has no video, and others of the stitched sources do"),
        (["a.mp4", {"url": "b.mp4", "start_time": 3.5}], "stitch[1].start_time: 3.5 is not before the end"),
    )
    told = {said: service.finished(stitch(service, range_server, items)).error for items, said in cases}
    for said, error in told.items():
        assert error is not None
        assert error.startswith(said), error
    range_server.manners.refusal = HTTPStatus.FORBIDDEN
    range_server.manners.refuse = 1000
    refused = service.finished(stitch(service, range_server, ["a.mp4", "b.mp4"]))
    assert refused.error is not None
    assert refused.error.startswith("stitch[0].url: ")


def test_fifty_sources_are_one_film_and_more_are_refused(service: ToyService, range_server: RangeServer) -> None:
    """The most that are allowed, of three files; and one more."""
    part = {"start_time": 1, "duration": "0.2"}
    items = [{"url": ["a.mp4", "b.mp4", "silent.mp4"][at % 3], **part} for at in range(50)]
    video = {"output": "mp4", "destination": f"file://{service.folder}/out/film.mp4", "height": 90, **FAST}
    task = service.finished(stitch(service, range_server, items, video))
    assert task.error is None
    assert task.outputs[0].result is not None
    assert float(task.outputs[0].result.duration_seconds or 0) == pytest.approx(10, abs=0.05)
    assert set(asked_for(range_server).values()) == {1}
    query = {"stitch": [range_server.url_of("a.mp4")] * 51, "format": [{"output": "mp4"}]}
    token = service.database.tasks.create_task(None)
    assert "1 to 50 are allowed" in service.order(f"{token} {json.dumps({'query': query})}")
