"""Is nothing lost when one of several workers on a database dies, stops, or seems to have died?"""

import os
import shutil
import signal
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from filmstrip.db.task_records import TaskRecord
from filmstrip.params.destination import Destination
from filmstrip.storage._base import Lists
from filmstrip.storage.opening import open_store
from filmstrip.storage.s3.s3_store import S3Store
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.seaweedfs import S3Server
from postgresql_server import PostgresqlProcess, PostgresqlServer, missing_postgresql, running_postgresql
from process_tree import started_by
from servers import need
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(300)
JOBS: dict[str, Any] = {"live_seconds": 3.0, "slots": 1, "open_tasks": 1, "open_tasks_per_key": 0}
"""A life that is short enough for a test; one task at a time, so that the next one goes to another worker."""


@pytest.fixture(scope="module")
def own() -> Iterator[tuple[PostgresqlServer, PostgresqlProcess]]:
    """A server that these tests stop and start."""
    need(missing_postgresql())
    with running_postgresql() as running:
        yield running


class Workers:
    """Workers on one database, each with a folder of its own, as on machines of their own."""

    def __init__(self, folder: Path, video: Path, server: S3Server, url: str) -> None:
        self._folder, self._server, self._url = folder, server, url
        self._stack = ExitStack()
        self.all: list[ToyService] = []
        self.bucket = f"fleet-{uuid.uuid4().hex[:12]}"
        server.make_bucket(self.bucket)
        shutil.copy(video, folder / "source.mp4")

    def own_bucket(self) -> dict[str, Any]:
        """Return settings with a temporary store that all of them reach."""
        url = f"s3://127.0.0.1:{self._server.port}/{self.bucket}/filmstrip/"
        return {"temporary_url": url, "temporary_key": self._server.key, "temporary_secret": self._server.secret}

    def object_names(self) -> list[str]:
        """Return what is in the bucket."""
        place = f"127.0.0.1:{self._server.port}"
        account = {"key": self._server.key, "secret": self._server.secret}
        destination = Destination.model_validate({"url": f"s3://{place}/{self.bucket}/", **account})
        settings = StorageSettings(self._folder, private_hosts=("127.0.0.1",), plain_http_hosts=(place,))
        with closing(S3Store(destination, settings, is_folder=True)) as store:
            return list(store.names())

    def add(self, storage: dict[str, Any] | None = None, **jobs: Any) -> ToyService:
        folder = self._folder / f"worker-{len(self.all)}"
        folder.mkdir()
        settings = {"jobs": {**JOBS, **jobs}, "storage": {"local_roots": [str(self._folder)]}}
        settings["storage"] |= {"plain_http_hosts": (f"127.0.0.1:{self._server.port}",), **(storage or {})}
        worker = ToyService(folder, url=self._url, **settings)
        self.all.append(worker)
        self._stack.enter_context(worker)
        return worker

    def submit(self, to: ToyService, *outputs: dict[str, Any], name: str = "") -> str:
        """Start a task of outputs whose files go to the bucket, each into a folder of its own, one file by its name."""
        account = {"key": self._server.key, "secret": self._server.secret}
        base = f"s3://127.0.0.1:{self._server.port}/{self.bucket}/{uuid.uuid4().hex}"
        places = [
            {"destination": {"url": f"{base}/{index}/{name}", **account}, **output}
            for index, output in enumerate(outputs)
        ]
        return to.submit((self._folder / "source.mp4").as_uri(), *places)

    def rendered(self) -> Counter[str]:
        return Counter(name for worker in self.all for name in worker.rendered())

    def put(self) -> list[str]:
        """Names of the files in the bucket."""
        account = {"key": self._server.key, "secret": self._server.secret}
        url = f"s3://127.0.0.1:{self._server.port}/{self.bucket}/"
        settings = StorageSettings(self._folder, plain_http_hosts=(f"127.0.0.1:{self._server.port}",))
        settings = settings.allowing("127.0.0.1")
        with closing(open_store(Destination(url=url, **account), settings, is_folder=True)) as store:
            assert isinstance(store, Lists)
            return sorted(name.rpartition("/")[2] for name in store.names())

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def workers(
    tmp_path: Path, small_video: Path, seaweedfs: S3Server, own: tuple[PostgresqlServer, PostgresqlProcess]
) -> Iterator[Workers]:
    made = Workers(tmp_path, small_video, seaweedfs, own[0].make_database())
    try:
        yield made
    finally:
        made.close()


def assert_whole(task: TaskRecord) -> None:
    assert (task.error, [output.error for output in task.outputs]) == (None, [None] * len(task.outputs))
    for output in task.outputs:
        assert output.result is not None
        assert output.result.names == ("a", "b", "c")


def test_work_is_shared(workers: Workers) -> None:
    """Two workers that start together on a new database run the tasks of one, each file made once."""
    first, second = workers.add(), workers.add()
    tokens = [workers.submit(first, {}) for _ in range(8)]
    for token in tokens:
        assert_whole(first.finished(token))
    assert workers.rendered() == {"a": 8, "b": 8, "c": 8}
    assert all(worker.rendered() for worker in (first, second))
    eventually(lambda: not list((second.folder / "work").glob("[0-9a-f]*")), "no folder is left")


@pytest.mark.parametrize("gate", ["probe", "a", "b", "c"])
def test_the_work_of_a_killed_worker_is_taken_over(workers: Workers, gate: str) -> None:
    """What it had put is not made again; what was healthy elsewhere is not begun again."""
    first = workers.add()
    first.hold(gate)
    token = workers.submit(first, {})
    first.await_gate(gate)
    put = "abc".index(gate) if gate != "probe" else 0
    eventually(lambda: len(first.database.artifacts.read_artifacts(token, 0)) == put, "what is before it is recorded")
    second = workers.add()
    second.hold("b")
    healthy = workers.submit(second, {})
    second.await_gate("b")
    first.kill()
    second.open_gates()
    assert_whole(second.finished(token))
    assert_whole(second.finished(healthy))
    made = workers.rendered()
    assert {name: made[name] for name in "abc"[:put]} == dict.fromkeys("abc"[:put], 2)
    assert second.database.interruptions.read_interruptions(healthy, 0) == 0


def test_a_worker_that_was_stopped_for_long_ends_itself(workers: Workers) -> None:
    """Its work is another one's by then; going on, it neither writes that it failed nor makes it twice for long."""
    first = workers.add()
    first.hold("b")
    token = workers.submit(first, {})
    first.await_gate("b")
    assert first._process is not None
    pid = first._process.pid
    family = [pid, *(process.pid for process in started_by(pid))]
    signal_all(family, signal.SIGSTOP)
    second = workers.add()
    assert_whole(second.finished(token))
    signal_all(family, signal.SIGCONT)
    first.open_gates()
    first.await_death()
    assert_whole(second.task(token))


def test_pieces_of_one_output_are_made_by_all_workers(workers: Workers) -> None:
    """While one of them is held up in a piece, the others are made; the last one lets the rest be made, once."""
    first, second = workers.add(spread="always"), workers.add(spread="always")
    pieces = [[str(number)] for number in range(8)]
    for worker in (first, second):
        worker.hold("3")
    token = workers.submit(first, {"groups": [*pieces, ["last"]], "has_pieces": True})
    eventually(lambda: len(first.database.artifacts.read_names(token, 0)) == len(pieces) - 1, "others are recorded")
    for worker in (first, second):
        worker.open_gates()
    task = second.finished(token)
    assert (task.error, task.outputs[0].error) == (None, None)
    assert workers.rendered() == {**{name: 1 for (name,) in pieces}, "last": 1}
    eventually(lambda: not list((second.folder / "work").glob("[0-9a-f]*")), "no folder is left")


def test_a_segment_that_is_lost_with_its_worker_is_made_again(workers: Workers) -> None:
    """The others are in the bucket of all, and nothing is left there of them at the end."""
    own = workers.own_bucket()
    first, second = (workers.add(storage=own, segment_seconds=0.5, spread="always") for _ in range(2))
    (first.folder / "die-at").write_text("inside make segment-500-1000")
    (second.folder / "die-at").write_text("inside make segment-500-1000")
    token = workers.submit(first, {"output": "mp4", "video_codec_parameters": {"preset": "ultrafast"}}, name="film.mp4")
    dead = eventually(lambda: next((each for each in (first, second) if not each.is_alive()), None), "one is killed")
    dead.await_death()
    other = second if dead is first else first
    (other.folder / "die-at").unlink(missing_ok=True)
    task = other.finished(token)
    assert (task.error, task.outputs[0].error, task.warnings) == (None, None, ())
    made = other.database.artifacts.read_names(token, 0)
    assert sum(name.startswith(".piece-segment") for name in made) == 4
    assert [name for name in workers.object_names() if "/pieces/" in name] == []
    assert sum(name.endswith("/film.mp4") for name in workers.object_names()) == 1


def signal_all(family: list[int], number: signal.Signals) -> None:
    for pid in family:
        os.kill(pid, number)


def test_a_worker_that_is_asked_to_end_hands_over(workers: Workers) -> None:
    """At once, and nothing is suspected."""
    first = workers.add()
    first.hold("b")
    token = workers.submit(first, {})
    first.await_gate("b")
    second = workers.add()
    assert first.terminate() == 0
    assert_whole(second.finished(token))
    assert second.database.interruptions.read_interruptions(token, 0) == 0


def test_a_database_that_restarts_makes_nobody_dead(
    workers: Workers, own: tuple[PostgresqlServer, PostgresqlProcess]
) -> None:
    """All locks are free after it, and all heartbeats old; everybody goes on."""
    first, second = workers.add(), workers.add()
    for worker in (first, second):
        worker.hold("b")
    tokens = [workers.submit(first, {}) for _ in range(4)]
    first.await_gate("b")
    second.await_gate("b")
    own[1].kill()
    eventually(lambda: "not_looked_after" in first.log.read_text(), "it is missed")
    own[1].start()
    for worker in (first, second):
        worker.open_gates()
    for token in tokens:
        assert_whole(first.finished(token))
    assert "executor_dead" not in first.log.read_text() + second.log.read_text()
    assert workers.rendered()["a"] == 4


def test_a_name_has_one_worker(workers: Workers) -> None:
    """A second one is refused while the first one lives; after a kill the next start is let in at once."""
    first = workers.add(executor_name="machine-1", live_seconds=60.0)
    with pytest.raises(AssertionError, match="is alive"):
        workers.add(executor_name="machine-1", live_seconds=60.0)
    first.hold("b")
    token = workers.submit(first, {})
    first.await_gate("b")
    first.kill()
    first.open_gates()
    first.start()
    assert_whole(first.finished(token))


@pytest.mark.parametrize("state", ["alive", "dead", "stopped"])
def test_a_task_is_cancelled_from_elsewhere(workers: Workers, state: str) -> None:
    """Its worker sees it and ends its process; if it is dead or stopped, another one removes what it has put."""
    first = workers.add(watch_seconds=0.5)
    first.hold("c")
    token = workers.submit(first, {})
    first.await_gate("c")
    eventually(lambda: workers.put() == ["a", "b"], "two are put")
    second = workers.add(watch_seconds=0.5)
    assert first._process is not None
    family = [first._process.pid, *(process.pid for process in started_by(first._process.pid))]
    if state == "dead":
        first.kill()
    if state == "stopped":
        signal_all(family, signal.SIGSTOP)
    second.database.cancellations.cancel_task(token, 24)
    if state == "alive":
        eventually(lambda: not first.children(), "its process is gone")
    eventually(lambda: workers.put() == [], "what it had put is removed")
    if state == "stopped":
        eventually(lambda: "executor_dead" in second.log.read_text(), "it counts as dead")
        signal_all(family, signal.SIGCONT)
        first.await_death()
    first.open_gates()
    assert_whole(second.finished(workers.submit(second, {})))
    assert workers.put() == ["a", "b", "c"]
    assert (second.task(token).error, second.database.cancellations.is_clean(token)) == ("Cancelled", True)


def test_workers_may_divide_the_kinds_of_work(workers: Workers) -> None:
    """One fetches and probes, the other one makes; neither can end a task alone."""
    first, second = workers.add(queues=("tasks",)), workers.add(queues=("outputs", "pieces", "callbacks"))
    first.hold("a")
    second.hold("probe")
    assert_whole(first.finished(workers.submit(second, {})))
    assert (first.rendered(), sorted(second.rendered())) == ([], ["a", "b", "c"])
