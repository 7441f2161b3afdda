"""Is what is long made in pieces by scripts of their own, whoever is killed or lost, and is nothing of it left?"""

import shutil
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from assets import ASSETS
from filmstrip.db.task_records import TaskRecord
from filmstrip.domain.artifact import SCRATCH_PREFIX, FrameStamp
from filmstrip.storage.own.bucket import OwnBucket
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.seaweedfs import S3Server
from store_cases import own_bucket
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


def test_renditions_are_made_in_pieces_of_one_decode(service: ToyService) -> None:
    """A process makes the same piece of each; what joins them reads no source. One of another kind is alone."""
    places = [{"destination": f"file://{service.folder}/out/{name}.mp4"} for name in ("large", "small", "rated")]
    asked = ({}, {"height": 60}, {"bitrate": 100})
    outputs = [{**FAST, **place, "duration": 8, **each} for place, each in zip(places, asked, strict=True)]
    token = service.submit((service.folder / "source.mp4").as_uri(), *outputs)
    task = service.finished(token)
    assert (task.error, [output.error for output in task.outputs]) == (None, [None] * 3)
    for name in ("large", "small", "rated"):
        assert film(service.folder / "out" / f"{name}.mp4")[0] == [Fraction(number, 25) for number in range(200)]
    assert sorted(service.processes()) == [0, 1, *[2] * len(PIECES)]


@pytest.mark.parametrize("moment", ["inside make segment-2000-4000", "before make video", "before conclude"])
def test_what_was_made_before_a_kill_is_not_made_again(service: ToyService, moment: str) -> None:
    """In a piece, when all of them are made, and when they are joined and removed."""
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


def test_a_destination_that_refuses_a_film_fails_once(tmp_path: Path, seaweedfs: S3Server) -> None:
    """It is not encoded again in one piece for that, and no piece is left in the bucket."""
    shutil.copy(ASSETS["plain.mp4"].path, tmp_path / "source.mp4")
    own = own_bucket(seaweedfs)
    (tmp_path / "out" / "film.mp4").mkdir(parents=True)
    with ToyService(tmp_path, jobs=JOBS, storage=own) as service:
        token = start(service)
        task = service.finished(token)
        assert "is a folder" in str(task.error)
        assert service.processes() == [0, *[1] * len(PIECES)]
        assert made(service, token) == set(PIECES)
    settings = StorageSettings(tmp_path, **own)
    with closing(OwnBucket(settings, own["temporary_url"], "pieces")) as bucket:
        assert bucket.sizes("") == {}


def test_a_long_series_of_pictures_is_made_in_pieces(service: ToyService) -> None:
    """Each takes its own part of the source; what holds or names all of them is made in the end, once."""
    place = f"file://{service.folder}/thumbs/"
    asked = {
        "output": "thumbnails",
        "interval": 0.016,
        "width": 32,
        "height": 18,
        "manifests": "bif",
        "destination": place,
    }
    token = service.submit((service.folder / "source.mp4").as_uri(), {**asked, "destination": place})
    task = service.finished(token)
    (output,) = task.outputs
    assert (task.error, output.error, task.warnings) == (None, None, ())
    assert output.result is not None
    names = {path.name for path in (service.folder / "thumbs").iterdir()}
    assert names == set(output.result.names)
    assert sum(not name.endswith((".vtt", ".bif")) for name in names) == 625
    assert service.processes() == [0, 1, 1, 1, 1]
    moments = [frame.requested_seconds for name in output.result.names for frame in frames(service, token, name)]
    assert moments == sorted(moments)
    assert len(set(moments)) == 625
    cues = (service.folder / "thumbs" / output.result.main_name).read_text().count(" --> ")
    assert cues == 625


def frames(service: ToyService, token: str, name: str) -> tuple[FrameStamp, ...]:
    """Return which frames a file shows."""
    (put,) = service.database.artifacts.read_artifacts(token, 0, [name])
    return put.artifact.frames


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
