"""What if a source or a destination does not answer for a while? Tasks wait, hold nothing, and end well after it."""

import os
import shutil
import signal
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from faulty_proxy import RESET, FaultyProxy, running_faulty_proxy
from filmstrip.params.destination import Destination
from filmstrip.storage._base import Lists
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.range_server import RangeServer
from filmstrip.testing.seaweedfs import S3Server
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)
GOOD = {"groups": [["good"]]}


@dataclass
class Stage:
    """A service, and a bucket that can be made unreachable."""

    service: ToyService
    proxy: FaultyProxy
    server: S3Server
    bucket: str
    source: str

    def go_down(self) -> None:
        self.proxy.fault = lambda _request: RESET

    def come_back(self) -> None:
        self.proxy.fault = lambda _request: None

    def place(self, name: str = "out") -> dict[str, Any]:
        url = f"s3://127.0.0.1:{self.proxy.port}/{self.bucket}/{name}/"
        return {"url": url, "key": self.server.key, "secret": self.server.secret}

    def submit(self, *outputs: dict[str, Any]) -> str:
        return self.service.submit(self.source, *outputs)

    def await_outage(self, token: str, index: int = 0) -> None:
        def is_waiting() -> bool:
            outputs = self.service.task(token).outputs
            assert all(output.error is None for output in outputs), outputs
            return outputs[index].outage is not None

        eventually(is_waiting, f"output {index} waits: {self.service.log.read_text()[-2000:]}")


@contextmanager
def stage(
    tmp_path: Path, video: Path, seaweedfs: S3Server, *, has_own_bucket: bool = False, **jobs: Any
) -> Iterator[Stage]:
    shutil.copy(video, tmp_path / "source.mp4")
    bucket = f"outages-{uuid.uuid4().hex[:12]}"
    seaweedfs.make_bucket(bucket)
    with running_faulty_proxy(seaweedfs.port) as proxy:
        plain: dict[str, Any] = {"plain_http_hosts": (f"127.0.0.1:{proxy.port}",)}
        if has_own_bucket:
            url = f"s3://127.0.0.1:{proxy.port}/{bucket}/own/"
            plain |= {"temporary_url": url, "temporary_key": seaweedfs.key, "temporary_secret": seaweedfs.secret}
        settings = {"retry_seconds": 60.0, "slots": 1} | jobs
        with ToyService(tmp_path, jobs=settings, storage=plain) as service:
            yield Stage(service, proxy, seaweedfs, bucket, (tmp_path / "source.mp4").as_uri())


def test_the_bucket_for_what_has_no_destination_comes_back(
    tmp_path: Path, small_video: Path, seaweedfs: S3Server
) -> None:
    """It is the operator's, so it is waited for although it never answered; clients do not hear where it is."""
    with stage(tmp_path, small_video, seaweedfs, has_own_bucket=True, retry_seconds=0.0) as at:
        at.go_down()
        token = at.submit({"destination": []})
        at.await_outage(token)
        outage = at.service.task(token).outputs[0].outage
        assert outage is not None
        assert outage.reason == "The temporary store of this service cannot be used now; its log says why"
        at.come_back()
        task = at.service.finished(token)
        assert task.error is None
        assert task.outputs[0].result is not None
        assert task.outputs[0].result.names == ("a", "b", "c")


def test_a_destination_comes_back(tmp_path: Path, small_video: Path, seaweedfs: S3Server) -> None:
    """What was made before the outage is put after it without being made again, and the wait is told and forgotten.

    What the outage found half made is made once more: whether `b` was begun by then is chance.
    """
    with stage(tmp_path, small_video, seaweedfs) as at:
        at.go_down()
        token = at.submit({"destination": at.place()})
        at.await_outage(token)
        outage = at.service.task(token).outputs[0].outage
        assert outage is not None
        assert "cannot be reached" in outage.reason
        assert (outage.until - outage.since).total_seconds() < 60
        assert "a" in at.service.rendered()
        eventually(lambda: not at.service.children(), "no process works while it waits")
        at.come_back()
        task = at.service.finished(token)
        assert (task.error, task.outputs[0].outage) == (None, None)
        assert task.outputs[0].result is not None
        assert task.outputs[0].result.names == ("a", "b", "c")
        rendered = at.service.rendered()
        assert (rendered.count("a"), rendered.count("c"), "b" in rendered) == (1, 1, True)


def test_many_that_wait_stop_nobody(tmp_path: Path, small_video: Path, seaweedfs: S3Server) -> None:
    """With one slot, two open tasks and one fetch at a time, six tasks that wait are in nobody's way."""
    with stage(tmp_path, small_video, seaweedfs, open_tasks=2, open_tasks_per_key=0, fetches=1) as at:
        at.go_down()
        waiting = [at.submit({"destination": at.place(f"{number}")}) for number in range(6)]
        for token in waiting:
            at.await_outage(token)
        assert at.service.finished(at.submit({}, GOOD)).error is None
        assert not any(at.service.task(token).status.is_final for token in waiting)
        at.come_back()
        assert [at.service.finished(token).error for token in waiting] == [None] * 6


def test_many_that_wait_stop_nobody_after_a_restart(tmp_path: Path, small_video: Path, seaweedfs: S3Server) -> None:
    """Tasks that only wait take no place from others when the service starts again."""
    with stage(tmp_path, small_video, seaweedfs, open_tasks=2, open_tasks_per_key=0) as at:
        at.go_down()
        waiting = [at.submit({"destination": at.place(f"{number}")}) for number in range(4)]
        for token in waiting:
            at.await_outage(token)
        at.service.kill()
        at.service.start()
        assert at.service.finished(at.submit({}, GOOD)).error is None
        at.come_back()
        assert [at.service.finished(token).error for token in waiting] == [None] * 4


def test_an_output_waits_alone(tmp_path: Path, small_video: Path, seaweedfs: S3Server) -> None:
    """The other outputs of the task are made meanwhile, also one that takes the same frames."""
    with stage(tmp_path, small_video, seaweedfs) as at:
        at.go_down()
        same = {"frames": "same", "groups": [["x"], ["y"]]}
        token = at.submit({"destination": at.place(), **same}, same, GOOD)
        at.await_outage(token)
        eventually(lambda: all(each.status.is_final for each in at.service.task(token).outputs[1:]), "the others end")
        task = at.service.task(token)
        assert not task.status.is_final
        assert [each.error for each in task.outputs] == [None] * 3
        at.come_back()
        assert at.service.finished(token).error is None


def test_what_never_answered_fails_soon(tmp_path: Path, small_video: Path, seaweedfs: S3Server) -> None:
    """A host that may be mistyped is tried for `retry_seconds` only, and the error is the last try's."""
    with stage(tmp_path, small_video, seaweedfs, retry_seconds=1.5, outage_seconds=3600) as at:
        at.go_down()
        task = at.service.finished(at.submit({"destination": at.place()}, GOOD))
        assert "cannot be reached" in (task.outputs[0].error or "")
        assert task.outputs[1].error is None


def test_what_answered_before_is_waited_for(tmp_path: Path, small_video: Path, seaweedfs: S3Server) -> None:
    """A host that took a file of this task is waited for much longer than one that never did."""
    with stage(tmp_path, small_video, seaweedfs, retry_seconds=0.0, outage_seconds=3600) as at:
        at.service.hold("b")
        token = at.submit({"destination": at.place()})
        at.service.await_gate("b")
        eventually(lambda: at.service.database.artifacts.read_artifacts(token, 0), "the first file is put")
        at.go_down()
        at.service.open_gates()
        at.await_outage(token)
        outage = at.service.task(token).outputs[0].outage
        assert outage is not None
        assert (outage.ends_at - outage.since).total_seconds() == 3600
        at.come_back()
        assert at.service.finished(token).error is None


def test_a_kill_while_it_waits(tmp_path: Path, small_video: Path, seaweedfs: S3Server) -> None:
    """A task that waits survives the service, makes nothing again, and makes nobody a suspect."""
    with stage(tmp_path, small_video, seaweedfs) as at:
        at.go_down()
        token = at.submit({"destination": at.place(), "groups": [["a"]]})
        at.await_outage(token)
        for _ in range(3):
            at.service.kill()
            at.service.start()
        assert at.service.database.interruptions.read_interruptions(token, 0) == 0
        at.come_back()
        assert at.service.finished(token).error is None
        assert at.service.rendered() == ["a"]


def test_a_source_comes_back(tmp_path: Path, small_video: Path, seaweedfs: S3Server, range_server: RangeServer) -> None:
    """A source that cannot be reached just now is waited for, by the task as a whole."""
    shutil.copy(small_video, range_server.folder / "film.mp4")
    with stage(tmp_path, small_video, seaweedfs) as at:
        range_server.manners.refuse = 10_000
        token = at.service.submit(range_server.url_of("film.mp4"), GOOD)
        eventually(lambda: at.service.task(token).outage, "the task waits")
        assert at.service.finished(at.submit(GOOD)).error is None
        range_server.manners.refuse = 0
        task = at.service.finished(token)
        assert (task.error, task.outage) == (None, None)


def test_a_source_that_is_needed_no_more_may_go_away(
    tmp_path: Path, small_video: Path, seaweedfs: S3Server, range_server: RangeServer
) -> None:
    """Once the last frame is taken, nobody asks the source's server any more."""
    shutil.copy(small_video, range_server.folder / "film.mp4")
    with stage(tmp_path, small_video, seaweedfs, retry_seconds=0.0) as at:
        at.service.hold("good")
        token = at.service.submit(range_server.url_of("film.mp4"), GOOD)
        at.service.await_gate("good")
        range_server.manners.refuse = 10_000
        at.service.open_gates()
        assert at.service.finished(token).error is None


def test_a_waiting_task_is_cancelled(tmp_path: Path, small_video: Path, seaweedfs: S3Server) -> None:
    """Nothing comes back to life after the wait."""
    with stage(tmp_path, small_video, seaweedfs) as at:
        at.go_down()
        token = at.submit({"destination": at.place(), "groups": [["a"]]})
        at.await_outage(token)
        assert at.service.order(f"cancel {token}") == "done"
        assert at.service.open_scripts(token) == 0
        at.come_back()
        seen = len(at.proxy.requests)
        assert at.service.finished(at.submit({"destination": at.place("other")})).error is None
        task = at.service.task(token)
        assert (task.error, task.outputs[0].outage) == ("Cancelled", None)
        assert all("/out/" not in request.path for request in at.proxy.requests[seen:])
        assert at.service.open_scripts(token) == 0


def test_a_killed_child_is_followed_by_one_more(tmp_path: Path, small_video: Path) -> None:
    """What ends a media process from outside, once, fails nothing; what was put before is not made again."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path) as service:
        for gate in ("probe", "b"):
            service.hold(gate)
        token = service.submit((tmp_path / "source.mp4").as_uri(), {"groups": [["a", "b"], ["c"]]})
        for gate in ("probe", "b"):
            service.await_gate(gate)
            if gate == "b":
                eventually(lambda: service.database.artifacts.read_artifacts(token, 0), "the file before it is put")
            (service.folder / "gates" / f"hold-{gate}").unlink()
            _kill(service)
        assert service.finished(token).error is None
        assert service.rendered() == ["a", "b", "b", "c"]


def _kill(service: ToyService) -> None:
    (child,) = service.children()
    os.kill(child, signal.SIGKILL)


def test_what_a_cancelled_task_has_put_where_nobody_answers(
    tmp_path: Path, small_video: Path, seaweedfs: S3Server
) -> None:
    """It is removed when its server is there again."""
    with stage(tmp_path, small_video, seaweedfs, watch_seconds=0.2) as at:
        at.service.hold("c")
        token = at.submit({"destination": at.place()})
        at.service.await_gate("c")
        eventually(lambda: len(at.service.database.artifacts.read_artifacts(token, 0)) == 2, "two are put")
        at.go_down()
        at.service.database.cancellations.cancel_task(token, 24)
        eventually(lambda: "cancelled_task_not_cleaned" in at.service.log.read_text(), "it is tried")
        assert not at.service.database.cancellations.is_clean(token)
        at.come_back()
        eventually(lambda: at.service.database.cancellations.is_clean(token), "it is removed")
        destination = Destination(url=at.place()["url"], key=seaweedfs.key, secret=seaweedfs.secret)
        plain = StorageSettings(tmp_path, plain_http_hosts=(f"127.0.0.1:{at.proxy.port}",)).allowing("127.0.0.1")
        with closing(open_store(destination, plain, is_folder=True)) as store:
            assert isinstance(store, Lists)
            assert list(store.names()) == []
        assert at.service.task(token).warnings[1:] == ()
