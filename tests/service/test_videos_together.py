"""Several videos of a task are made by one run of ffmpeg behind its walls: what if some of it fails, or is killed?"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from filmstrip.db.task_records import TaskRecord
from process_tree import look_at
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)

FAST = {"output": "mp4", "video_codec_parameters": {"preset": "ultrafast"}}
SLOW = {"output": "mp4", "video_codec_parameters": {"preset": "placebo"}, "framerate": "50"}
HEIGHTS = (90, 60, 40)


@contextmanager
def serving(folder: Path, video: Path, **settings: Any) -> Iterator[ToyService]:
    shutil.copy(video, folder / "source.mp4")
    with ToyService(folder, **settings) as service:
        yield service


@pytest.fixture
def service(tmp_path: Path, small_video: Path) -> Iterator[ToyService]:
    with serving(tmp_path, small_video) as running:
        yield running


def submit(service: ToyService, *outputs: dict[str, Any], **parameters: Any) -> str:
    places = [{"destination": f"file://{service.folder}/out/{index}.mp4"} for index in range(len(outputs))]
    entries = [place | output for place, output in zip(places, outputs, strict=True)]
    return service.submit((service.folder / "source.mp4").as_uri(), *entries, **parameters)


def ladder(**parameters: Any) -> list[dict[str, Any]]:
    return [{**FAST, "height": height, **parameters} for height in HEIGHTS]


def assert_complete(service: ToyService, task: TaskRecord, index: int) -> None:
    output = task.outputs[index]
    assert (output.error, output.progress) == (None, 1.0)
    assert output.result is not None
    assert output.result.size_bytes == (service.folder / "out" / f"{index}.mp4").stat().st_size > 1000


def ffmpeg_of(service: ToyService) -> int | None:
    """The process that is ffmpeg now, not one that waits to become it."""
    for pid in service.children():
        try:
            if "-progress" in Path(f"/proc/{pid}/cmdline").read_text():
                return pid
        except OSError:
            continue
    return None


def test_one_process_makes_a_ladder(service: ToyService) -> None:
    """Each has its own file, status and size; two passes and other clips have processes of their own."""
    others = [{**FAST, "bitrate": 100, "two_pass": 1}, {**FAST, "start_time": 1}]
    token = submit(service, *ladder(), *others)
    task = service.finished(token)
    assert task.error is None
    for index in range(5):
        assert_complete(service, task, index)
    assert [output.result and output.result.meta["height"] for output in task.outputs[:3]] == list(HEIGHTS)
    assert sorted(service.processes()) == [0, 1, 1, 3]
    eventually(lambda: not (service.folder / "work" / token).exists(), "the work folder is removed")


def test_a_put_that_fails_is_of_its_output_alone(service: ToyService) -> None:
    """The others are made in the same run, and put."""
    entries = ladder()
    entries[1]["destination"] = f"file://{service.folder}/source.mp4/below.mp4"
    task = service.finished(submit(service, *entries))
    assert task.outputs[1].error is not None
    assert_complete(service, task, 0)
    assert_complete(service, task, 2)
    assert max(service.processes()) == 3


@pytest.mark.parametrize("victim", ["ffmpeg", "media process"])
def test_what_works_for_all_is_killed(service: ToyService, victim: str) -> None:
    """The run that all shared is gone; each is made alone, and nothing half is anywhere."""
    token = submit(service, *({**SLOW, "height": height} for height in HEIGHTS))
    ffmpeg = eventually(lambda: look_at(ffmpeg_of(service) or 0), "ffmpeg runs")
    os.kill(ffmpeg.pid if victim == "ffmpeg" else ffmpeg.parent, signal.SIGKILL)
    task = service.finished(token)
    assert task.error is None
    for index in range(3):
        assert_complete(service, task, index)
    assert sorted(service.processes()) == [0, 1, 1, 1, 3]
    assert len(list((service.folder / "out").iterdir())) == 3


def test_a_limit_that_one_meets_fails_it_alone(tmp_path: Path, small_video: Path) -> None:
    """A result that grows too large ends the run of all; alone, the guilty one fails, and the innocent are made."""
    with serving(tmp_path, small_video, media={"file_limit_mb": 1}) as service:
        large = {**FAST, "height": 1080, "quality": 0}
        task = service.finished(submit(service, ladder()[0], large, ladder()[2], upscale=1))
        assert task.outputs[1].error == "The result grew larger than this service allows (file_limit_mb)"
        assert_complete(service, task, 0)
        assert_complete(service, task, 2)
        assert max(service.processes()) == 3


@pytest.mark.parametrize("moment", ["inside make together", "after make together"])
def test_killed_around_the_step(service: ToyService, moment: str) -> None:
    """What was put when the service died is not made again."""
    (service.folder / "die-at").write_text(moment)
    token = submit(service, *ladder())
    service.await_death()
    before = {path: path.stat().st_mtime_ns for path in (service.folder / "out").iterdir()}
    assert len(before) == 3
    service.start()
    task = service.finished(token)
    assert task.error is None
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert service.processes() == [0, 3]


def test_killed_while_they_are_encoded(service: ToyService) -> None:
    """They are made together again by the service that follows, and what is left of the first attempt does no harm."""
    token = submit(service, *({**SLOW, "height": height} for height in HEIGHTS))
    eventually(lambda: ffmpeg_of(service), "ffmpeg runs")
    service.kill()
    service.start()
    task = service.finished(token)
    for index in range(3):
        assert_complete(service, task, index)
    assert service.processes() == [0, 3, 3]
