"""The place of the pieces of an output: what one worker puts another one gets, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from filmstrip.jobs.making.scratch_places import clear_pieces, fetch_joined, open_pieces
from filmstrip.jobs.settings import JobSettings
from filmstrip.outputs._base import Group
from filmstrip.storage.own.scratch import Scratch
from filmstrip.storage.own.serving import TemporaryObjects
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.seaweedfs import S3Server
from store_cases import BEGINS_AT, own_bucket

TOKEN = "7c0000000000000000000000000000aa"
NAMES = (".piece-sound.mp4", ".piece-segment-0-2000.mp4")
JOINED = Group("video", ("",), joins=NAMES)
Opener = Callable[..., Scratch]


@pytest.fixture
def jobs(tmp_path: Path) -> JobSettings:
    return JobSettings(tmp_path / "work", work_hours=2)


@pytest.fixture
def storage(tmp_path: Path, seaweedfs: S3Server) -> StorageSettings:
    return replace(StorageSettings(tmp_path / "temporary"), **own_bucket(seaweedfs))


@pytest.fixture
def open_one(storage: StorageSettings, jobs: JobSettings, tmp_path: Path) -> Iterator[Opener]:
    """Opens the place as a worker does, with a folder of its own."""
    with ExitStack() as opened:

        def make(worker: str, token: str = TOKEN, index: int = 0) -> Scratch:
            (tmp_path / worker).mkdir(exist_ok=True)
            opening = open_pieces(storage, jobs, token, index, BEGINS_AT, tmp_path / worker)
            return opened.enter_context(opening)

        yield make


def _put(scratch: Scratch, folder: Path) -> None:
    for number, name in enumerate(NAMES):
        (folder / name).write_bytes(bytes([number]) * (9 << 20))
        scratch.put(name, folder / name, "video/mp4")


def test_one_worker_gets_what_another_one_has_put(open_one: Opener, tmp_path: Path) -> None:
    """Whole, in order, and only what it has not got already; not the pieces of another output or task."""
    first, second = open_one("first"), open_one("second")
    _put(first, tmp_path / "first")
    assert second.sizes() == dict.fromkeys(sorted(NAMES), 9 << 20)
    assert open_one("third", index=1).sizes() == open_one("third", token="7d" + TOKEN[2:]).sizes() == {}
    (tmp_path / "second" / NAMES[0]).write_bytes(b"mine")
    fetch_joined(second, JOINED, tmp_path / "second")
    assert (tmp_path / "second" / NAMES[0]).read_bytes() == b"mine"
    assert (tmp_path / "second" / NAMES[1]).read_bytes() == (tmp_path / "first" / NAMES[1]).read_bytes()
    assert sorted(path.name for path in (tmp_path / "second").iterdir()) == sorted(NAMES)


def test_a_lost_piece_is_noticed(open_one: Opener, tmp_path: Path) -> None:
    """What is joined is never less than all."""
    scratch = open_one("first")
    with pytest.raises(FileNotFoundError):
        fetch_joined(scratch, JOINED, tmp_path / "first")


def test_nothing_stays(open_one: Opener, storage: StorageSettings, jobs: JobSettings, tmp_path: Path) -> None:
    """Pieces go with their output; what a crash leaves goes when no step of the task can be at work any more."""
    first, other = open_one("first"), open_one("other", index=1)
    _put(first, tmp_path / "first")
    _put(other, tmp_path / "other")
    clear_pieces(storage, jobs, TOKEN, 0, BEGINS_AT)
    clear_pieces(storage, jobs, TOKEN, 0, BEGINS_AT)
    assert first.sizes() == {}
    objects = TemporaryObjects(storage)
    assert objects.sweep(BEGINS_AT + timedelta(hours=6)) == 0
    assert other.sizes()
    assert objects.sweep(BEGINS_AT + timedelta(hours=9)) == 1
    assert other.sizes() == {}


def test_on_one_machine_pieces_stay_where_they_are_made(jobs: JobSettings, tmp_path: Path) -> None:
    """There is no copy of them, and one that is gone is noticed."""
    settings = StorageSettings(tmp_path / "temporary")
    with open_pieces(settings, jobs, TOKEN, 0, BEGINS_AT, tmp_path) as scratch:
        _put(scratch, tmp_path)
        assert scratch.sizes() == dict.fromkeys(NAMES, 9 << 20)
        fetch_joined(scratch, JOINED, tmp_path)
        (tmp_path / NAMES[0]).unlink()
        with pytest.raises(FileNotFoundError):
            fetch_joined(scratch, JOINED, tmp_path)
    assert not (tmp_path / "temporary").exists()
