"""Is a task that failed in the making begun exactly once more, whoever is killed?"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callback_receiver import running_receiver
from filmstrip.db.task_records import TaskRecord
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)

FAILING = {"groups": [["a"]], "trouble": {"a": "error"}}


@pytest.fixture
def service(tmp_path: Path, small_video: Path) -> Iterator[ToyService]:
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path) as running:
        yield running


def submit(service: ToyService, *outputs: dict[str, Any], **parameters: Any) -> str:
    return service.submit((service.folder / "source.mp4").as_uri(), *outputs, retry_on_error=1, **parameters)


def successor(service: ToyService, token: str) -> TaskRecord:
    """The end of the task that was begun in place of another."""
    (warned,) = service.finished(token).warnings[-1:]
    return service.finished(warned.message.removeprefix("The task failed and was restarted as "))


def count_tasks(service: ToyService) -> int:
    with service.database._transactions.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM task").scalar_one())


@pytest.mark.parametrize("moment", [None, "before finish", "inside finish", "after finish"])
def test_there_is_one_new_task(service: ToyService, moment: str | None) -> None:
    """Also if the service is killed before, while or after it ends the old one; the new one is not begun again."""
    if moment is not None:
        (service.folder / "die-at").write_text(moment)
    token = submit(service, FAILING)
    if moment is not None:
        service.await_death()
        service.start()
    new = successor(service, token)
    assert (new.error, new.restart_of) == ("toys break", token)
    assert not any("restarted" in warned.message for warned in new.warnings)
    assert service.rendered() == ["a", "a"]
    assert count_tasks(service) == 2


def test_the_receiver_is_told(service: ToyService) -> None:
    """Which task has begun in place of the old one; the new one has events of its own."""
    with running_receiver() as receiver:
        token = submit(service, FAILING, callback_url=receiver.url)
        receiver.await_events(token, "queued", "error", "restarted", "saved")
        new = successor(service, token).token
        receiver.await_events(new, "queued", "error", "saved")
        (restarted,) = [call for call in receiver.calls if call.event == "restarted"]
        assert restarted.fields["restarted_task_token"] == new


def test_what_may_fail_softly_fails_softly(service: ToyService) -> None:
    """The task ends without an error and is not begun again; the output has its error, and a warning has its tag."""
    token = submit(service, {**FAILING, "allow_soft_fail": 1}, {"groups": [["b"]]})
    task = service.finished(token)
    assert task.error is None
    assert [output.error for output in task.outputs] == ["toys break", None]
    told = [(warned.message, warned.details, warned.tag) for warned in task.warnings]
    assert ("toy could not be made", "toys break", "image-0-0-0") in told
    assert count_tasks(service) == 1


def test_a_source_that_is_not_there_is_final(service: ToyService) -> None:
    """As a new task would not find it either."""
    task = service.finished(service.submit((service.folder / "no.mp4").as_uri(), {}, retry_on_error=1))
    assert task.error is not None
    assert task.warnings == ()
    eventually(lambda: count_tasks(service) == 1, "nothing is begun")


def test_it_is_begun_again_when_that_is_asked_for(service: ToyService) -> None:
    """With the same query, as a new task; of several who ask at once, one has it begun; what ended well is not."""
    service.hold("b")
    token = service.submit((service.folder / "source.mp4").as_uri(), {"groups": [["a", "b"]]}, callback_url="")
    service.await_gate("b")
    assert service.order(f"cancel {token}") == "done"
    assert service.put() == []
    service.open_gates()
    answers = [service.order(f"retry {token}") for _ in range(3)]
    new = answers[0]
    assert all("TaskStateError" in answer and new in answer for answer in answers[1:])
    task = service.finished(new)
    assert (task.error, task.restart_of, service.put()) == (None, token, ["a", "b"])
    assert "has ended well" in service.order(f"retry {new}")
    with service.database._transactions.reading() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM task WHERE query IS NOT NULL").scalar_one()
    assert kept == 0


def test_the_query_of_a_failed_task_is_kept_as_long_as_the_settings_say(tmp_path: Path, small_video: Path) -> None:
    """Not at all if it is 0."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path, jobs={"retry_hours": 0}) as service:
        token = service.submit((tmp_path / "source.mp4").as_uri(), FAILING)
        assert service.finished(token).error == "toys break"
        assert "is not kept any more" in service.order(f"retry {token}")
        with service.database._transactions.reading() as connection:
            shown = connection.exec_driver_sql("SELECT query, query_shown FROM task").one()
    assert shown[0] is None
    assert '"output": "toy"' in shown[1]
