"""Is a long video made in pieces by scripts of their own, whoever is killed or lost, and is nothing of it left?"""

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from assets import ASSETS
from filmstrip.db.task_records import TaskRecord
from filmstrip.domain.artifact import SCRATCH_PREFIX
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)
FAST = {"output": "mp4", "video_codec_parameters": {"preset": "ultrafast"}}
JOBS = {"spread": "always", "segment_seconds": 2.0}
PIECES = ("sound", "segment-0-2000", "segment-2000-4000", "segment-4000-6000", "segment-6000-end")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ToyService]:
    """Makes pieces of two seconds of a film of eight."""
    shutil.copy(ASSETS["plain.mp4"].path, tmp_path / "source.mp4")
    with ToyService(tmp_path, jobs=JOBS) as running:
        yield running


def start(service: ToyService, source: str = "source.mp4", **asked: Any) -> str:
    place = {"destination": f"file://{service.folder}/out/film.mp4"}
    return service.submit((service.folder / source).as_uri(), {**FAST, **place, "duration": 8, **asked})


def film(path: Path) -> tuple[list[Fraction], int]:
    """When pictures are shown, and how many samples there are."""
    with av.open(path) as container:
        shown = [packet.pts * packet.time_base for packet in container.demux(video=0) if packet.size]
    with av.open(path) as container:
        return sorted(shown), sum(frame.samples for frame in container.decode(audio=0))


def assert_whole(service: ToyService, task: TaskRecord) -> None:
    (output,) = task.outputs
    assert (task.error, output.error, task.warnings) == (None, None, ())
    assert output.result is not None
    assert output.result.names == ("",)
    shown, samples = film(service.folder / "out" / "film.mp4")
    assert shown == [Fraction(number, 25) for number in range(200)]
    assert samples >= 8 * 44100
    assert [path.name for path in (service.folder / "out").iterdir()] == ["film.mp4"]
    eventually(lambda: not list((service.folder / "work").glob("[0-9a-f]*")), "no folder is left")


def made(service: ToyService, token: str) -> set[str]:
    names = service.database.artifacts.read_names(token, 0)
    return {name.removeprefix(SCRATCH_PREFIX).partition(".")[0] for name in names if name}


def test_a_long_video_is_made_in_pieces(service: ToyService) -> None:
    """One process for each, and for what joins them, beside the one that looks at the source."""
    token = start(service)
    assert_whole(service, service.finished(token))
    assert made(service, token) == set(PIECES)
    assert service.processes() == [0, *[1] * len(PIECES)]


@pytest.mark.parametrize("moment", ["inside make segment-2000-4000", "before make video"])
def test_what_was_made_before_a_kill_is_not_made_again(service: ToyService, moment: str) -> None:
    """In a piece, and when all of them are made."""
    (service.folder / "die-at").write_text(moment)
    token = start(service)
    service.await_death()
    before, kept = service.processes(), made(service, token)
    service.start()
    assert_whole(service, service.finished(token))
    again = len(service.processes()) - len(before)
    assert again <= len(PIECES) - len(kept) + 1


def test_a_lost_piece_alone_is_repeated(service: ToyService) -> None:
    """It was made, and is not there when all are joined."""
    (service.folder / "die-at").write_text("before look")
    token = start(service)
    service.await_death()
    folder = service.folder / "work" / token / "outputs" / "0"
    (folder / f"{SCRATCH_PREFIX}segment-2000-4000.mp4").unlink()
    before = len(service.processes())
    service.start()
    assert_whole(service, service.finished(token))
    assert len(service.processes()) - before == 1


def test_what_cannot_be_made_in_pieces_is_made_in_one(service: ToyService) -> None:
    """Of a damaged source each segment might show something else: the whole says what is the matter, as ever."""
    shutil.copy(ASSETS["corrupt.mp4"].path, service.folder / "damaged.mp4")
    token = start(service, "damaged.mp4")
    task = service.finished(token)
    assert (task.error, task.outputs[0].error) == (None, None)
    assert [warning.message for warning in task.warnings] == [
        "The source is damaged in places, which the video may show"
    ]
    assert "whole" in made(service, token)


def test_a_cancelled_task_leaves_no_piece(service: ToyService) -> None:
    """Neither on the disk nor among the files that it is said to have."""
    (service.folder / "die-at").write_text("inside make segment-2000-4000")
    token = start(service)
    service.await_death()
    service.start()
    service.order(f"cancel {token}")
    assert service.finished(token).error is not None
    eventually(lambda: not list((service.folder / "work").glob("[0-9a-f]*")), "no folder is left")
    eventually(lambda: not made(service, token), "no piece is written down")
