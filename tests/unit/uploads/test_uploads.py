"""Whose uploads are, how long they are kept, and what is left of those that are gone."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from api_harness import Clock
from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.db.upload_records import NewUpload
from filmstrip.domain.artifact import MediaKind
from filmstrip.domain.errors import (
    DiskFullError,
    QueryError,
    SourceForbiddenError,
    SourceNotFoundError,
    UploadError,
    UploadLockedError,
    UploadNotFoundError,
)
from filmstrip.jobs.tasks.upload_sources import find_uploads, take_up
from filmstrip.params.query import NamedSource
from filmstrip.uploads.folder_store import FolderStore
from filmstrip.uploads.joining import PARTIAL
from filmstrip.uploads.settings import UploadSettings
from filmstrip.uploads.uploads import Uploads
from filmstrip.uploads.writing import Checksum
from fresh_database import fresh_database


@dataclass
class Bench:
    """Uploads over a real database and folder."""

    folder: Path
    clock: Clock
    database: Database
    uploads: Uploads
    key_id: int
    task: str

    def complete(self, data: bytes = b"film", concat: str | None = None) -> str:
        """Make an upload that is whole."""
        made = self.uploads.create(NewUpload(self.task, len(data), concat=concat))
        with self.uploads.write(self.task, made.identity, 0) as writing:
            writing.write(data)
        return made.identity

    def start_task(self, *identities: str) -> str:
        """Start a task whose sources are uploads."""
        token = self.database.tasks.create_task(self.key_id)
        outputs = (NewOutput("mp4", MediaKind.VIDEO, "video-0-0-0", None),)
        self.database.tasks.submit_task(
            token, Submission("{}", outputs, upload_ids=identities), lambda _connection: None
        )
        return token


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    clock = Clock()
    with fresh_database(tmp_path, clock) as database:
        key, _ = database.keys.create_key("test")
        folder = tmp_path / "uploads"
        uploads = Uploads(database.uploads, FolderStore(folder), UploadSettings(folder))
        yield Bench(folder, clock, database, uploads, key.id, database.tasks.create_task(key.id))


def test_what_a_task_needs_is_kept(bench: Bench) -> None:
    """Neither time nor its client removes it before the task has ended; then both do."""
    identity, other = bench.complete(), bench.complete()
    tokens = [bench.start_task(identity), bench.start_task(other)]
    bench.clock.advance(hours=100)
    bench.uploads.sweep()
    with pytest.raises(UploadLockedError, match="A task has this upload as its source"):
        bench.uploads.remove(bench.task, identity)
    assert {path.name for path in bench.folder.iterdir()} == {identity, other}
    for token in tokens:
        bench.database.tasks.finish_task(token, None)
    bench.uploads.remove(bench.task, identity)
    bench.uploads.sweep()
    assert list(bench.folder.iterdir()) == []


def test_a_task_keeps_each_of_its_uploads(bench: Bench) -> None:
    """What is stitched may be several; all of them must be there and whole, of this key, each told by its place."""
    identities = [bench.complete(), bench.complete()]
    part = bench.uploads.create(NewUpload(bench.task, 5)).identity
    sources = [
        NamedSource(f"stitch[{at}].url", f"tus:{each}") for at, each in enumerate((*identities, part, "7c" * 16))
    ]
    assert find_uploads(sources[:2], bench.uploads, bench.key_id) == tuple(identities)
    with pytest.raises(QueryError) as caught:
        find_uploads(sources, bench.uploads, bench.key_id)
    assert [mistake.field for mistake in caught.value.mistakes] == ["stitch[2].url", "stitch[3].url"]
    token = bench.start_task(*identities)
    for identity in identities:
        with pytest.raises(UploadLockedError):
            bench.uploads.remove(bench.task, identity)
    bench.database.tasks.finish_task(token, None)
    for identity in identities:
        bench.uploads.remove(bench.task, identity)


def test_a_task_takes_it_up_without_a_copy(bench: Bench, tmp_path: Path) -> None:
    """It has the bytes by a name of its own, also when the upload is gone; asked again, it has them already."""
    identity = bench.complete(b"film" * 1000)
    path = tmp_path / "source"
    take_up(f"tus:{identity}", bench.uploads, path)
    assert path.stat().st_ino == (bench.folder / identity).stat().st_ino
    bench.uploads.remove(bench.task, identity)
    take_up(f"tus:{identity}", bench.uploads, path)
    assert path.read_bytes() == b"film" * 1000


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK])
def test_on_another_disk_it_is_copied(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Where a file cannot have two names."""
    identity = bench.complete()

    def refuse(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    take_up(f"TUS:{identity}/", bench.uploads, tmp_path / "source")
    assert (tmp_path / "source").read_bytes() == b"film"


def test_only_its_key_may_use_it(bench: Bench) -> None:
    """Another key is told that there is none; one that is not whole, or a part, is told as that."""
    other, _ = bench.database.keys.create_key("other")
    identity = bench.complete()
    assert bench.uploads.check_source(f"tus:{identity}", bench.key_id) == identity
    for key_id in (other.id, None):
        with pytest.raises(SourceNotFoundError, match="There is no upload"):
            bench.uploads.check_source(f"tus:{identity}", key_id)
    begun = bench.uploads.create(NewUpload(bench.task, 10))
    with pytest.raises(SourceForbiddenError, match="is not complete: 0 of 10 bytes have arrived"):
        bench.uploads.check_source(f"tus:{begun.identity}", bench.key_id)
    unknown = bench.uploads.create(NewUpload(bench.task, None))
    with pytest.raises(SourceForbiddenError, match="is not complete: 0 bytes have arrived"):
        bench.uploads.check_source(f"tus:{unknown.identity}", bench.key_id)
    with pytest.raises(SourceForbiddenError, match="only a part"):
        bench.uploads.check_source(f"tus:{bench.complete(concat=PARTIAL)}", bench.key_id)


@pytest.mark.parametrize("url", ["tus:", "tus:x", "tus:../../secret.key", "tus:\0", "tus:" + "0" * 10_000])
def test_what_is_no_upload(bench: Bench, tmp_path: Path, url: str) -> None:
    """It is a mistake of the source, and leads to no file; nothing is uploaded where there is no service."""
    with pytest.raises(QueryError, match="source: There is no upload"):
        find_uploads([NamedSource("source", url)], bench.uploads, bench.key_id)
    with pytest.raises(SourceNotFoundError, match="The upload is gone"):
        take_up(url, bench.uploads, tmp_path / "source")
    with pytest.raises(QueryError, match="nothing can be uploaded here"):
        find_uploads([NamedSource("source", url)], None, None)
    assert find_uploads([NamedSource("source", "https://example.com/film.mp4")], None, None) == ()


def test_bytes_without_an_upload_are_swept(bench: Bench) -> None:
    """As a service leaves them that is killed between two steps; other files of the folder stay."""
    identity = bench.complete()
    (bench.folder / ("0" * 32)).write_bytes(b"left")
    (bench.folder / "notes.txt").write_bytes(b"another's")
    bench.uploads.sweep()
    assert {path.name for path in bench.folder.iterdir()} == {identity, "notes.txt"}


def test_bytes_that_a_power_cut_took(bench: Bench) -> None:
    """The client is told to go on from what is there."""
    made = bench.uploads.create(NewUpload(bench.task, 8))
    with bench.uploads.write(bench.task, made.identity, 0) as writing:
        writing.write(b"12345678"[:6])
    os.truncate(bench.folder / made.identity, 4)
    assert bench.uploads.find(bench.task, made.identity).offset == 4
    with bench.uploads.write(bench.task, made.identity, 4) as writing:
        writing.write(b"5678")
    assert (bench.folder / made.identity).read_bytes() == b"12345678"


def test_bytes_that_were_not_counted_are_overwritten(bench: Bench) -> None:
    """As a kill leaves them behind the offset that was written down."""
    made = bench.uploads.create(NewUpload(bench.task, 4))
    bench.folder.mkdir()
    (bench.folder / made.identity).write_bytes(b"uncounted")
    assert bench.uploads.find(bench.task, made.identity).offset == 0
    with bench.uploads.write(bench.task, made.identity, 0) as writing:
        writing.write(b"film")
    assert (bench.folder / made.identity).read_bytes() == b"film"


def test_a_service_that_died_holds_no_upload(bench: Bench) -> None:
    """Its requests are gone: the next service lets all uploads go on at its start."""
    made = bench.uploads.create(NewUpload(bench.task, 4))
    bench.uploads.write(bench.task, made.identity, 0)
    with pytest.raises(UploadLockedError):
        bench.uploads.write(bench.task, made.identity, 0)
    bench.uploads.begin()
    bench.uploads.write(bench.task, made.identity, 0).close()


def test_parts_that_do_not_fit_on_the_disk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """They stay, and nothing is left of the upload that they should have become."""
    parts = [bench.complete(data, PARTIAL) for data in (b"one", b"two")]

    def full(_folder: Path) -> None:
        raise DiskFullError("The disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("filmstrip.uploads.folder_store._has_room", full)
        store = FolderStore(bench.folder, full)
        crowded = Uploads(bench.database.uploads, store, bench.uploads.settings)
        with pytest.raises(DiskFullError):
            crowded.join(NewUpload(bench.task, None, concat="final;"), parts)
    assert {path.name for path in bench.folder.iterdir()} == set(parts)
    whole = bench.uploads.join(NewUpload(bench.task, None, concat="final;"), parts)
    assert (bench.folder / whole.identity).read_bytes() == b"onetwo"
    with pytest.raises(UploadNotFoundError):
        bench.uploads.find(bench.task, parts[0])


def test_parts_are_joined_by_one_request(bench: Bench) -> None:
    """A second one, as after a time-out of a proxy, waits; nothing that is short is called whole."""
    parts = [bench.complete(data, PARTIAL) for data in (b"one", b"two")]
    writer = bench.uploads.write(bench.task, parts[1], 3)
    with pytest.raises(UploadLockedError):
        bench.uploads.join(NewUpload(bench.task, None, concat="final;"), parts)
    writer.close()
    os.truncate(bench.folder / parts[1], 1)
    with pytest.raises(UploadError, match="not a part that is complete"):
        bench.uploads.join(NewUpload(bench.task, None, concat="final;"), parts)
    assert {path.name for path in bench.folder.iterdir()} == set(parts)


def test_parts_are_locked_as_long_as_they_are_joined(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """No second request reads or removes them meanwhile; if joining fails, they are free again."""
    parts = [bench.complete(data, PARTIAL) for data in (b"one", b"two")]
    free: list[bool] = []

    def read(_store: FolderStore, _identity: str, _size: int) -> Iterator[bytes]:
        free.extend(bench.database.uploads.lock(part, "another", timedelta(minutes=1)) for part in parts)
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(FolderStore, "read", read)
        with pytest.raises(OSError, match="Input/output"):
            bench.uploads.join(NewUpload(bench.task, None, concat="final;"), parts)
    assert free == [False, False]
    assert bench.uploads.join(NewUpload(bench.task, None, concat="final;"), parts).offset == 6


def test_parts_that_shrink_while_they_are_joined(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted has to be there in the end; else the parts stay, and the whole is gone."""
    parts = [bench.complete(data, PARTIAL) for data in (b"one", b"two")]
    with monkeypatch.context() as patched:
        patched.setattr(FolderStore, "read", lambda _store, _identity, _size: iter([b"o"]))
        with pytest.raises(UploadError, match="2 of 6 bytes are there"):
            bench.uploads.join(NewUpload(bench.task, None, concat="final;"), parts)
    assert {path.name for path in bench.folder.iterdir()} == set(parts)


def test_a_source_that_lost_bytes_is_no_source(bench: Bench, tmp_path: Path) -> None:
    """Neither when the query arrives, nor when its task begins; a film that ends too early is not made of it."""
    identity = bench.complete(b"film" * 100)
    os.truncate(bench.folder / identity, 10)
    with pytest.raises(SourceForbiddenError, match="is not complete: 10 of 400"):
        bench.uploads.check_source(f"tus:{identity}", bench.key_id)
    with pytest.raises(SourceNotFoundError, match="some of its bytes"):
        take_up(f"tus:{identity}", bench.uploads, tmp_path / "source")


@pytest.mark.parametrize("with_checksum", [False, True])
def test_one_that_took_too_long_writes_nothing_more(bench: Bench, with_checksum: bool) -> None:  # noqa: FBT001 - two cases
    """It finds out before it writes: what another request has sent since is not written over."""
    made = bench.uploads.create(NewUpload(bench.task, 8))
    late = bench.uploads.write(bench.task, made.identity, 0)
    late.checksum = Checksum("sha1 AAAA") if with_checksum else None
    bench.clock.advance(minutes=5)
    with bench.uploads.write(bench.task, made.identity, 0) as other:
        other.write(b"filmfilm")
    late._noted_at -= 60  # its own clock goes on as well
    with pytest.raises(UploadLockedError, match="given up"):
        late.write(b"bbbb")
    late.close()
    assert (bench.folder / made.identity).read_bytes() == b"filmfilm"


def test_a_long_request_with_a_checksum_keeps_its_upload(bench: Bench) -> None:
    """Nothing of it counts before its end, but it has the upload alone as long as it brings something."""
    made = bench.uploads.create(NewUpload(bench.task, None))
    writing = bench.uploads.write(bench.task, made.identity, 0)
    writing.checksum = Checksum("sha1 AAAA")
    for _ in range(10):
        bench.clock.advance(minutes=1)
        assert not bench.database.uploads.lock(made.identity, "another", timedelta(minutes=1))
        writing._noted_at -= 60
        writing.write(b"x")
    assert bench.uploads.find(bench.task, made.identity).offset == 0
    writing.close()


def test_all_orphans_are_swept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many files lie before them."""
    monkeypatch.setattr("filmstrip.uploads.holdings._LOOKED_UP", 3)
    kept = {bench.complete() for _ in range(10)}
    for number in range(10):
        (bench.folder / f"{number:032x}").write_bytes(b"left")
    bench.uploads.sweep()
    assert {path.name for path in bench.folder.iterdir()} == kept


def test_a_copy_tells_how_far_it_is_and_can_be_ended(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty gigabytes take longer than a step may take that tells nothing."""
    monkeypatch.setattr("filmstrip.uploads.folder_store._COPIED_BYTES", 2)
    monkeypatch.setattr(Path, "hardlink_to", _refuse_links)
    identity = bench.complete(b"filmfilm")
    told: list[float] = []
    take_up(f"tus:{identity}", bench.uploads, tmp_path / "source", told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]

    def end(_fraction: float) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        take_up(f"tus:{identity}", bench.uploads, tmp_path / "other", end)
    assert not (tmp_path / "other").exists()
    with pytest.raises(SourceNotFoundError):
        take_up(f"tus:{identity}", bench.uploads, tmp_path / "gone" / "source")
    assert not (tmp_path / "gone").exists()


def _refuse_links(*_arguments: object) -> None:
    raise OSError(errno.EXDEV, "Invalid cross-device link")
