"""How is one output made?"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import pytest

from filmstrip.domain.artifact import Artifact, Location
from filmstrip.domain.errors import (
    DestinationForbiddenError,
    DestinationUnreachableError,
    DiskFullError,
    MediaProcessError,
    MediaProcessKilledError,
    OutputError,
)
from filmstrip.domain.media_info import MediaInfo
from filmstrip.isolation import sandbox
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.jobs.making import media_child, perform, putting
from filmstrip.jobs.making.assignment import Assignment, Listener, Portion
from filmstrip.jobs.making.kept_files import KeptFiles
from filmstrip.jobs.making.media_child import MediaChild, made_file
from filmstrip.jobs.making.perform import Performer
from filmstrip.jobs.making.portion_making import PutLaterError
from filmstrip.jobs.rules.allowances import probe_seconds, put_seconds
from filmstrip.jobs.rules.bundles import make_at_once
from filmstrip.jobs.settings import JobSettings
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs._base import Group
from filmstrip.storage.settings import StorageSettings
from toy_output import ToyOutput

INFO = MediaInfo("mp4", Fraction(1), Fraction(0), 1, None)


@dataclass
class MemoryStore:
    """Remembers what was put; refuses some names."""

    refused: tuple[str, ...] = ()
    objects: dict[str, bytes] = field(default_factory=dict)
    at_once: int = 0
    most_at_once: int = 0
    delay_seconds: float = 0.0
    before_put: Callable[[str], object] = lambda _name: None

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        assert content_type == "application/x-toy"
        self.before_put(name)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        threading.Event().wait(self.delay_seconds)
        self.at_once -= 1
        if name in self.refused:
            raise DestinationForbiddenError("wrong keys")
        assert isinstance(data, Path)
        self.objects[name] = data.read_bytes()

    def locate(self, name: str) -> Location:
        return Location("local", f"file:///{name}", name)

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    """Forks children that know the toy."""
    with pytest.MonkeyPatch.context() as patch, ForkServer("toy_child") as server:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        server.start()
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A work folder as the toy expects it."""
    folder = tmp_path / "work" / "token" / "outputs" / "0"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def performer(folder: Path, server: ForkServer) -> Callable[..., Performer]:
    """Makes performers that let children work in the folder."""

    def make(*, puts: int = 8, free_disk_mb: int = 1) -> Performer:
        settings = JobSettings(folder.parents[2], puts=puts, free_disk_mb=free_disk_mb, retry_seconds=0)
        return Performer(settings, MediaChild(MediaSettings(), StorageSettings(folder), server))

    return make


def assignment(folder: Path, *stores: MemoryStore, **parameters: object) -> Assignment:
    document = {"output": "toy", **parameters}

    async def open_source() -> LocalFile:
        return LocalFile(folder / "source")

    return Assignment(
        output=ToyOutput.model_validate(document),
        document=json.dumps(document),
        info=INFO,
        open_source=open_source,
        upscale=False,
        folder=folder,
        stores=stores,
    )


async def test_every_file_goes_to_every_destination(folder: Path, performer: Callable[..., Performer]) -> None:
    """All stores get all files, the result names them in order, and there is a location for each store."""
    stores, warnings, progress = (MemoryStore(), MemoryStore()), [], []
    listener = Listener(on_progress=progress.append, warn=warnings.append)
    result, locations = await performer().make_output(assignment(folder, *stores, size=7), listener)
    assert result.names == ("a", "b", "c")
    assert all(store.objects == dict.fromkeys("abc", bytes(7)) for store in stores)
    assert [location.key for location in locations] == ["c", "c"]
    assert warnings == ["it is a toy"]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0


async def test_a_group_is_put_before_the_next_begins(folder: Path, performer: Callable[..., Performer]) -> None:
    """A manifest in the last group is never where its files are not yet."""
    store, order = MemoryStore(delay_seconds=0.05), []
    listener = Listener(on_put=lambda artifact: order.append(artifact.name))
    await performer().make_output(assignment(folder, store, groups=[["a", "b", "c"], ["last"]]), listener)
    assert order[-1] == "last"


async def test_what_one_process_makes_is_put_in_order_too(folder: Path, performer: Callable[..., Performer]) -> None:
    """A manifest that is made at once waits for its pictures, holding up no process; also when all are put later."""
    store, made = MemoryStore(delay_seconds=0.05), threading.Event()
    job = assignment(folder, store, groups=[["a", "b", "c"], ["last"]], frames="x")
    (group,) = make_at_once(job.output.plan(job.info)).groups
    store.before_put = lambda _name: made.wait(10)
    at_once = Portion(job, group, {}, Listener(on_made=made.set))
    await performer().make_group(at_once)
    assert list(store.objects)[-1] == "last"
    assert (folder.parents[3] / "processes").read_text().split() == ["1"]
    store.objects.clear()
    KeptFiles(folder).keep(Artifact(name, "application/x-toy", 1000) for name in ("last", "c", "b", "a"))
    await performer().make_group(at_once)
    assert list(store.objects)[-1] == "last"


async def test_what_is_left_of_a_group_decides_about_its_source(folder: Path) -> None:
    """A manifest that is left of a group is made though the source has gone away."""
    pictures, manifest = Group("one", ("a",)), Group("manifests", ("b",), needs_source=False)
    group = Group("all", ("a", "b"), parts=(pictures, manifest))
    whole = Portion(assignment(folder, MemoryStore()), group, {}, Listener())
    assert whole.needs_source
    assert not whole.with_finished([Artifact("a", "application/x-toy", 1)]).needs_source


async def test_not_too_many_files_are_put_at_once(folder: Path, performer: Callable[..., Performer]) -> None:
    """Slow destinations slow the work down instead of piling up."""
    store = MemoryStore(delay_seconds=0.02)
    names = [f"{number}" for number in range(20)]
    await performer(puts=3).make_output(assignment(folder, store, groups=[names]), Listener())
    assert store.most_at_once == 3
    assert sorted(store.objects) == sorted(names)


async def test_what_is_finished_is_not_made_again(folder: Path, performer: Callable[..., Performer]) -> None:
    """A group that is finished starts no process; of one that is not, only the rest is made."""
    store = MemoryStore()
    job = assignment(folder, store, groups=[["a", "b"]])
    group = Group("group 0", ("a", "b"))
    finished = {"a": Artifact("a", "application/x-toy", 1)}
    made = await performer().make_group(Portion(job, group, finished, Listener()))
    assert [artifact.name for artifact in made] == ["b"]
    assert await performer().make_group(Portion(job, group, finished | {"b": made[0]}, Listener())) == ()
    assert (folder.parents[3] / "rendered").read_text().split() == ["b"]


async def test_a_refusing_destination_ends_the_work(
    folder: Path, performer: Callable[..., Performer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first file that is refused ends the process, not only the last one."""
    monkeypatch.setattr(sandbox, "GRACE_SECONDS", 0.2)
    store = MemoryStore(refused=("a",))
    job = assignment(folder, store, groups=[["a", "slow"]], trouble={"slow": "hang"})
    async with asyncio.timeout(30):
        with pytest.raises(DestinationForbiddenError, match="wrong keys"):
            await performer().make_output(job, Listener())
    assert store.objects == {}


def portion(folder: Path, store: MemoryStore, name: str, **parameters: object) -> Portion:
    folder.mkdir(exist_ok=True)
    job = assignment(folder, store, groups=[[f"{name}1", f"{name}2"]], **parameters)
    return Portion(job, Group("group 0", (f"{name}1", f"{name}2")), {}, Listener())


async def test_one_process_serves_several_outputs(folder: Path, performer: Callable[..., Performer]) -> None:
    """Each output's files go to its own stores, and what one store refuses fails that output alone."""
    stores = [MemoryStore(), MemoryStore(refused=("b1",)), MemoryStore()]
    names = zip("abc", stores, strict=True)
    portions = [portion(folder.with_name(name), store, name) for name, store in names]
    first, refused, third = await performer().make_together(portions)
    assert (first.failure, third.failure) == (None, None)
    assert sorted(artifact.name for artifact in (*first.put, *third.put)) == ["a1", "a2", "c1", "c2"]
    assert isinstance(refused.failure, DestinationForbiddenError)
    assert [sorted(store.objects) for store in (stores[0], stores[2])] == [["a1", "a2"], ["c1", "c2"]]
    assert "b1" not in stores[1].objects
    assert (folder.parents[3] / "processes").read_text() == "3\n"


async def test_nobody_waits_for_the_slowest_store(folder: Path, performer: Callable[..., Performer]) -> None:
    """What one output's destination takes long for is not in the way of another one's."""
    slow, quick = MemoryStore(delay_seconds=1), MemoryStore()
    order: list[str] = []
    parts = [portion(folder, slow, "a"), portion(folder.with_name("1"), quick, "b")]
    heard = [replace(each, listener=Listener(on_put=lambda artifact: order.append(artifact.name))) for each in parts]
    await performer(puts=1).make_together(heard)
    assert order == ["b1", "b2", "a1", "a2"]


async def test_an_error_of_the_output_comes_back(folder: Path, performer: Callable[..., Performer]) -> None:
    """An error in the child has its class and sentence here; at most what was whole before it was put."""
    store = MemoryStore()
    job = assignment(folder, store, groups=[["a", "b"]], trouble={"b": "error"})
    with pytest.raises(OutputError, match="toys break"):
        await performer().make_output(job, Listener())
    assert store.objects in ({}, {"a": bytes(1000)})


async def test_a_file_that_was_forgotten_is_an_error(folder: Path, performer: Callable[..., Performer]) -> None:
    """A set that is not whole never passes for done, and the last group never begins."""
    store = MemoryStore()
    job = assignment(folder, store, groups=[["a", "b", "c"], ["last"]], trouble={"a": "forget", "c": "forget"})
    with pytest.raises(OutputError, match="2 of 3 files were not made: a, c"):
        await performer().make_output(job, Listener())
    assert set(store.objects) == {"b"}


async def test_no_work_begins_on_a_full_disk(folder: Path, performer: Callable[..., Performer]) -> None:
    """Without the reserve no process is started."""
    with pytest.raises(DiskFullError, match="are kept free"):
        await performer(free_disk_mb=1 << 40).make_output(assignment(folder, MemoryStore()), Listener())
    assert not (folder.parents[3] / "rendered").exists()


async def test_an_unreadable_source_is_told(folder: Path, server: ForkServer) -> None:
    """Probing nothing gives a sentence, not a crash."""
    child = MediaChild(MediaSettings(), StorageSettings(folder), server)
    with pytest.raises(Exception, match=r"\w+ \w+"):
        await child.probe(LocalFile(folder / "nothing"), folder)


def test_only_plain_files_of_the_folder_are_put(tmp_path: Path) -> None:
    """A process that was taken over by its media cannot have other files put: no links, no paths out, no folders."""
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "way out").symlink_to(tmp_path)
    (folder / "below" / "file").write_text("x")
    (folder / "output").write_text("x")
    assert made_file(folder, "below/file") == folder / "below" / "file"
    assert made_file(folder, "") == folder / "output"
    for name in ("link", "below", "../secret", "way out/secret", "/etc/passwd", "nothing"):
        with pytest.raises(MediaProcessError, match="did not make"):
            made_file(folder, name)


async def test_each_destination_answers_for_itself(folder: Path, performer: Callable[..., Performer]) -> None:
    """A destination has answered once a file is there, though another one, or the same for the next file, is down."""
    places = [{"url": f"s3://{host}.example/bucket/folder/"} for host in ("up", "down")]
    job = assignment(folder, MemoryStore(), MemoryStore(refused=("a",)), groups=[["a"]])
    job = replace(job, output=ToyOutput.model_validate({"output": "toy", "groups": [["a"]], "destination": places}))
    answered: list[str] = []
    going: list[tuple[str, int]] = []
    listener = Listener(
        before_put=lambda _store, host, size_bytes: going.append((host, size_bytes)), on_answer=answered.append
    )
    with pytest.raises(DestinationForbiddenError) as refusal:
        await performer().make_output(job, listener)
    assert refusal.value.host == "down.example"
    assert answered == ["up.example"]
    assert going == [("up.example", 1000), ("down.example", 1000)]


async def test_work_has_time_by_what_it_handles(
    folder: Path, performer: Callable[..., Performer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process by its processor time, and each put of a file at each destination by the file's size."""
    (folder / "source").write_bytes(bytes(1000))
    working: list[float] = []
    puts: list[float] = []
    monkeypatch.setattr(media_child, "allow", working.append)
    monkeypatch.setattr(putting, "allow", puts.append)
    await performer().make_output(assignment(folder, MemoryStore(), MemoryStore(), groups=[["a"]], size=7), Listener())
    assert puts == [put_seconds(7)] * 2
    assert len(working) == 1
    assert probe_seconds(MediaSettings(), 0, StorageSettings(folder)) < working[0] < 2 * 3600


class Down(MemoryStore):
    """Does not answer, from some file on, as long as it is down."""

    is_down = True

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        if self.is_down and name in self.refused:
            raise DestinationUnreachableError("it is down")
        MemoryStore(objects=self.objects).put(name, data, content_type)


async def test_what_an_outage_left_is_put_later(folder: Path, performer: Callable[..., Performer]) -> None:
    """Files that were made are kept and put when the destination is back, without a process; the folder stays."""
    store = Down(refused=("b",))
    ended: list[str] = []
    listener = Listener(on_failed=lambda: ended.append("failed"))
    job = Portion(assignment(folder, store, groups=[["a", "b"]]), Group("group 0", ("a", "b")), {}, listener)
    with pytest.raises(DestinationUnreachableError):
        await performer().make_group(job)
    assert ended == []
    store.is_down = False
    finished = {name: Artifact(name, "application/x-toy", 1000) for name in store.objects}
    assert {artifact.name for artifact in await performer().make_group(replace(job, finished=finished))} >= {"b"}
    assert sorted(store.objects) == ["a", "b"]
    assert (folder.parents[3] / "rendered").read_text().split() == ["a", "b"]
    assert len((folder.parents[3] / "processes").read_text().split()) == 1


async def test_a_failure_for_good_leaves_no_files_to_others(folder: Path, performer: Callable[..., Performer]) -> None:
    """Its folder is emptied before the next one gets the slot: its files may be what filled the disk."""
    order: list[str] = []

    @asynccontextmanager
    async def at_work() -> AsyncIterator[None]:
        yield
        order.append("slot is free")

    listener = Listener(on_failed=lambda: order.append("emptied"))
    job = assignment(folder, MemoryStore(), groups=[["a"]], trouble={"a": "error"})
    with pytest.raises(OutputError):
        await performer().make_group(Portion(job, Group("group 0", ("a",)), {}, listener), at_work)
    assert order == ["emptied", "slot is free"]


async def test_a_slow_destination_holds_no_slot(folder: Path, performer: Callable[..., Performer]) -> None:
    """The slot is free as soon as all is made; what is left is put without it."""
    order: list[str] = []
    may_put = threading.Event()

    class Slow(MemoryStore):
        def put(self, name: str, data: Path | bytes, content_type: str) -> None:
            may_put.wait(30)
            super().put(name, data, content_type)
            order.append("put")

    @asynccontextmanager
    async def at_work() -> AsyncIterator[None]:
        yield
        order.append("slot is free")
        may_put.set()

    job = assignment(folder, Slow(), groups=[["a"]])
    await performer().make_group(Portion(job, Group("group 0", ("a",)), {}, Listener()), at_work)
    assert order == ["slot is free", "put"]


async def test_a_slow_partner_is_waited_for_briefly(
    folder: Path, performer: Callable[..., Performer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outputs that are made together do not wait for the destination of one of them: its files are put later."""
    monkeypatch.setattr(perform, "_PARTNER_SECONDS", 0.05)
    may_put = threading.Event()

    class Slow(MemoryStore):
        def put(self, name: str, data: Path | bytes, content_type: str) -> None:
            may_put.wait(30)
            super().put(name, data, content_type)

    slow, quick = Slow(), MemoryStore()
    parts = [portion(folder.with_name("a"), slow, "a"), portion(folder.with_name("b"), quick, "b")]
    try:
        late, whole = await performer().make_together(parts)
    finally:
        may_put.set()
    assert whole.failure is None
    assert isinstance(late.failure, PutLaterError)
    assert [artifact.name for artifact in KeptFiles(folder.with_name("a")).read()] == ["a1", "a2"]


async def test_a_large_file_of_a_partner_is_put_once(
    folder: Path, performer: Callable[..., Performer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of it is on its way already: it is waited for instead of being put a second time beside the first."""
    monkeypatch.setattr(perform, "_PARTNER_SECONDS", 0.05)
    monkeypatch.setattr(perform, "_LARGE_BYTES", 999)
    begun: list[str] = []

    class Slow(MemoryStore):
        def put(self, name: str, data: Path | bytes, content_type: str) -> None:
            begun.append(name)
            super().put(name, data, content_type)

    slow = Slow(delay_seconds=0.5)
    parts = [portion(folder.with_name("a"), slow, "a"), portion(folder.with_name("b"), MemoryStore(), "b")]
    for making in await performer().make_together(parts):
        assert making.failure is None
    assert sorted(begun) == sorted(slow.objects) == ["a1", "a2"]


async def test_only_what_was_asked_for_is_put(folder: Path, performer: Callable[..., Performer]) -> None:
    """A process that was taken over cannot have a file put under a name of its own choice."""
    store = MemoryStore()
    job = assignment(folder, store, groups=[["a"]], trouble={"a": "rename"})
    with pytest.raises(MediaProcessError, match="a file that was not asked for"):
        await performer().make_output(job, Listener())
    assert store.objects == {}


async def test_a_process_that_is_killed_is_followed_by_one_more(
    folder: Path, performer: Callable[..., Performer]
) -> None:
    """What it had put is not made again; the second death is the end."""
    store = MemoryStore()
    job = assignment(folder, store, groups=[["a", "b"]], trouble={"b": "crash"})
    with pytest.raises(MediaProcessKilledError):
        await performer().make_output(job, Listener())
    assert len((folder.parents[3] / "processes").read_text().split()) == 2
