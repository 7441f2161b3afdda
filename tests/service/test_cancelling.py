"""Is a cancelled task gone: its processes, its files, what it had put, whoever cancels it, and whenever?"""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callback_receiver import Receiver, running_receiver
from process_tree import started_by
from toy_output import DEADLINE_SECONDS
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)
QUICK: dict[str, Any] = {"watch_seconds": 0.2}
GATE_SECONDS = DEADLINE_SECONDS / 2
"""Half of the time after which a process that is held at a gate would go on by itself."""


@pytest.fixture
def service(tmp_path: Path, small_video: Path) -> Iterator[ToyService]:
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path, jobs=QUICK) as running:
        yield running


def submit(service: ToyService, *outputs: dict[str, Any], **parameters: Any) -> str:
    return service.submit((service.folder / "source.mp4").as_uri(), *outputs, **parameters)


def cancel_beside(service: ToyService, token: str) -> None:
    """Cancel a task as a process does that knows the database alone."""
    service.database.cancellations.cancel_task(token, 24)


def assert_gone(service: ToyService, token: str, *indexes: int) -> None:
    """Nothing works on the task, nothing lies anywhere, and its status says why."""
    eventually(lambda: service.database.cancellations.is_clean(token), "all is removed")
    eventually(lambda: not (service.folder / "work" / token).exists(), "its folder is gone")
    assert all(service.put(index) == [] for index in indexes)
    task = service.task(token)
    assert (task.error, {output.error for output in task.outputs}) == ("Cancelled", {"Cancelled"})
    assert task.cancelled_at is not None


@pytest.mark.parametrize("is_beside", [False, True])
def test_a_task_at_work(service: ToyService, *, is_beside: bool) -> None:
    """Its process ends, what was put is removed, also of an output that was whole, and nobody else is disturbed."""
    service.hold("c")
    earlier = service.folder / "out" / "1" / "not ours"
    earlier.parent.mkdir(parents=True)
    earlier.touch()
    token = submit(service, {"groups": [["a", "b"]]}, {"groups": [["a", "b"], ["c"]]})
    service.await_gate("c")
    eventually(lambda: service.task(token).outputs[0].status.is_final, "the first one is whole")
    if is_beside:
        cancel_beside(service, token)
    else:
        assert service.order(f"cancel {token}") == "done"
    eventually(lambda: not service.children(), "no process is left", GATE_SECONDS)
    eventually(lambda: service.put(1) == ["not ours"], "what is not ours stays")
    earlier.unlink()
    assert_gone(service, token, 0, 1)
    service.open_gates()
    assert service.finished(submit(service, {})).error is None


@pytest.mark.parametrize("gate", ["probe", "c"])
def test_in_each_step(service: ToyService, gate: str) -> None:
    """Whatever is done for it at that moment."""
    service.hold(gate)
    token = submit(service, {})
    service.await_gate(gate)
    cancel_beside(service, token)
    eventually(lambda: not service.children(), "no process is left", GATE_SECONDS)
    service.open_gates()
    assert_gone(service, token, 0)


@pytest.mark.parametrize("moment", ["describe", "finish"])
def test_in_its_last_moments(service: ToyService, moment: str) -> None:
    """It is either whole or cancelled: a task that died before it said its last word has left nothing."""
    (service.folder / "die-at").write_text(f"before {moment}")
    token = submit(service, {})
    service.await_death()
    cancel_beside(service, token)
    service.start()
    assert_gone(service, token, 0)


def test_a_whole_task_cannot_be_cancelled(service: ToyService) -> None:
    """What it has put stays."""
    token = submit(service, {})
    assert service.finished(token).error is None
    assert "TaskStateError" in service.order(f"cancel {token}")
    assert service.put() == ["a", "b", "c"]


def test_a_task_that_waits_for_its_turn(tmp_path: Path, small_video: Path) -> None:
    """Behind others that hold all places: it ends now, and never begins."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path, jobs=QUICK | {"open_tasks": 1, "open_tasks_per_key": 0}) as service:
        service.hold("a")
        first = submit(service, {"groups": [["a"]]})
        service.await_gate("a")
        waiting = [submit(service, {"destination": f"file://{tmp_path}/out/{number}/"}) for number in range(2, 12)]
        assert all(service.order(f"cancel {token}") == "done" for token in waiting[:5])
        assert [service.open_scripts(token) for token in waiting] == [0] * 5 + [1] * 5
        for token in waiting[5:]:
            cancel_beside(service, token)
        service.open_gates()
        last = submit(service, {"destination": f"file://{tmp_path}/out/1/"})
        assert service.finished(first).error is None
        assert service.finished(last).error is None
        for number, token in enumerate(waiting, 2):
            assert_gone(service, token, number)
        assert service.rendered() == ["a", "a", "b", "c"]


def test_it_is_not_begun_once_more(tmp_path: Path, small_video: Path) -> None:
    """`retry_on_error` is for tasks that fail by themselves; its receiver is told of the failure and the end."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    with running_receiver() as receiver, ToyService(tmp_path, jobs=QUICK) as service:
        service.hold("a")
        token = _told(service, receiver, retry_on_error=1)
        service.await_gate("a")
        assert service.order(f"cancel {token}") == "done"
        receiver.await_events(token, "queued", "error", "saved")
        assert receiver.accepted[1].fields["error_message"] == "Cancelled"
        assert receiver.accepted[2].status["cancelled"] == 1
        assert service.database.tasks.unfinished_tasks() == ()


def _told(service: ToyService, receiver: Receiver, **parameters: Any) -> str:
    return submit(service, {}, callback_url=receiver.url, **parameters)


def test_while_its_service_is_dead(service: ToyService) -> None:
    """The next start removes what was put, makes nothing, and knows how to end."""
    service.hold("b")
    token = submit(service, {})
    service.await_gate("b")
    eventually(lambda: service.put() == ["a"], "one is put")
    service.kill()
    cancel_beside(service, token)
    service.open_gates()
    service.start()
    assert_gone(service, token, 0)
    assert service.rendered() == ["a", "b"]


def test_what_was_put_and_not_written_down(service: ToyService) -> None:
    """By a process that was killed: it is removed, and a file of before, which has a name of the task's, is not."""
    before = service.folder / "out" / "0" / "c"
    before.parent.mkdir(parents=True)
    before.touch()
    os.utime(before, (1, 1))
    service.hold("b")
    token = submit(service, {})
    service.await_gate("b")
    eventually(lambda: service.put() == ["a", "c"], "one is put")
    service.kill()
    (before.parent / "b").touch()
    cancel_beside(service, token)
    service.start()
    eventually(lambda: service.put() == ["c"], "all that it had put is removed")


def test_while_its_service_is_stopped(service: ToyService) -> None:
    """It hears of it when it goes on."""
    service.hold("b")
    token = submit(service, {})
    service.await_gate("b")
    eventually(lambda: service.put() == ["a"], "one is put")
    assert service._process is not None
    family = [service._process.pid, *(each.pid for each in started_by(service._process.pid))]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    cancel_beside(service, token)
    for pid in reversed(family):
        os.kill(pid, signal.SIGCONT)
    eventually(lambda: not service.children(), "no process is left", GATE_SECONDS)
    assert_gone(service, token, 0)


def test_one_of_several_destinations_has_a_file(tmp_path: Path, small_video: Path) -> None:
    """The other one does not answer: what the first one has is removed all the same."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path, jobs=QUICK | {"retry_seconds": 600.0}) as service:
        away = {"url": "s3://127.0.0.1:9/bucket/out/", "key": "key", "secret": "secret"}
        token = submit(service, {"destination": [f"file://{tmp_path}/out/0/", away]})
        eventually(lambda: service.task(token).outputs[0].outage, "it waits")
        eventually(lambda: service.put() == ["a", "b"], "one has what there is")
        assert service.order(f"cancel {token}") == "done"
        eventually(lambda: service.put() == [], "it is removed")


def test_what_cannot_be_removed(service: ToyService) -> None:
    """It stays, and the status says so; everything else goes."""
    service.hold("b")
    token = submit(service, {}, {"groups": [["x"]]})
    service.await_gate("b")
    eventually(lambda: (service.put(), service.put(1)) == (["a"], ["x"]), "two are put")
    file = service.folder / "out" / "0" / "a"
    file.unlink()
    file.mkdir()
    assert service.order(f"cancel {token}") == "done"
    (told,) = (each for each in service.task(token).warnings if each.details)
    assert told.message == "Not all files that the cancelled task had put could be removed"
    assert told.details == f'"{file}" is a folder, which is not removed'
    assert service.database.cancellations.has_files(token)
    assert service.put(1) == []
