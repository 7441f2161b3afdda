"""Is a task either whole or cancelled, and is what it has put known until it is removed?"""

import pytest

from api_harness import Clock
from filmstrip.db.callback_records import CallbackTarget
from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, PutArtifact, Submission
from filmstrip.domain.artifact import Artifact, Location, MediaKind, OutputResult
from filmstrip.domain.errors import TaskStateError, TokenNotFoundError
from filmstrip.domain.task import TaskStatus

TARGET = CallbackTarget("https://app.example.com/hook", "https://video.example.com", with_streams=True)


def started(database: Database, outputs: int = 2) -> str:
    token = database.tasks.create_task(None)
    new = tuple(NewOutput("toy", MediaKind.IMAGE, f"image-{number}-0-0", None) for number in range(outputs))
    submission = Submission('{"query": 1}', new, callback=TARGET)
    database.tasks.submit_task(token, submission, lambda _connection: None)
    return token


def put(database: Database, token: str, *names: str, index: int = 0) -> None:
    puts = [PutArtifact("group", Artifact(name, "image/png", 10)) for name in names]
    database.artifacts.record_artifacts(token, index, puts)


def test_a_task_that_was_begun(database: Database) -> None:
    """It ends as failed with each of its outputs, also one that was whole, and its receiver is told; once."""
    token = started(database, 3)
    database.outputs.advance_outputs(token, [0, 1], TaskStatus.ENCODING)
    result = OutputResult(MediaKind.IMAGE, "toy", "a", ("a",), 10, "toy")
    database.outputs.finish_output(token, 0, result, (Location("local", "file:///a", "a"),))
    database.outputs.fail_output(token, 1, "it broke")
    put(database, token, "a")
    assert database.cancellations.cancel_task(token)
    assert not database.cancellations.cancel_task(token)
    task = database.tasks.read_tasks([token])[token]
    assert (task.status, task.error, task.cancelled_at) == (TaskStatus.COMPLETED, "Cancelled", task.finished_at)
    assert [output.error for output in task.outputs] == ["Cancelled", "it broke", "Cancelled"]
    assert [(output.result, output.locations) for output in task.outputs] == [(None, ())] * 3
    events = [(each.event, each.tag) for each in database.callbacks.list_all()][3:]
    assert sorted(events[:2]) == [("error", "image-0-0-0"), ("error", "image-2-0-0")]
    assert events[2:] == [("error", None), ("saved", None)]
    assert database.cancellations.unclean_tasks() == (token,)


def test_a_task_that_waits_for_its_query(database: Database) -> None:
    """It is not started any more."""
    token = database.tasks.create_task(None)
    assert database.cancellations.cancel_task(token)
    with pytest.raises(TokenNotFoundError):
        database.tasks.submit_task(token, Submission("{}", ()), lambda _connection: None)
    assert database.cancellations.unclean_tasks() == ()


def test_a_task_of_which_nothing_was_begun(database: Database) -> None:
    """There is nothing to remove."""
    token = started(database)
    database.cancellations.cancel_task(token)
    assert database.cancellations.is_clean(token)
    with pytest.raises(TokenNotFoundError):
        database.tasks.read_query(token)


def test_the_end_is_first(database: Database) -> None:
    """Whatever comes second finds the task ended: it is never both whole and cancelled."""
    whole, cancelled = started(database), started(database)
    assert database.tasks.finish_task(whole)
    with pytest.raises(TaskStateError, match="has ended already"):
        database.cancellations.cancel_task(whole)
    database.cancellations.cancel_task(cancelled)
    restarted: list[str] = []

    def begin_again(_connection: object) -> None:
        restarted.append("once more")

    assert not database.tasks.finish_task(cancelled, "it failed", begin_again)  # type: ignore[arg-type]
    database.outputs.finish_output(cancelled, 0, OutputResult(MediaKind.IMAGE, "toy", "a", ("a",), 10, "toy"), ())
    task = database.tasks.read_tasks([cancelled])[cancelled]
    assert ([output.error for output in task.outputs], restarted) == (["Cancelled"] * 2, [])
    assert database.tasks.read_tasks([whole])[whole].cancelled_at is None


def test_an_unknown_task(database: Database) -> None:
    """It is told as such."""
    with pytest.raises(TokenNotFoundError):
        database.cancellations.cancel_task("0" * 32)


def test_a_file_that_arrives_late_is_to_be_removed(database: Database) -> None:
    """Its put was on its way when the task was cancelled, and ends when everything else was removed."""
    token = started(database)
    database.outputs.advance_outputs(token, [0], TaskStatus.ENCODING)
    put(database, token, "a")
    database.cancellations.cancel_task(token, 1)
    database.cancellations.forget_artifacts(token, 0, ["a"])
    put(database, token, "late")
    database.cancellations.end_cleaning(token)
    assert not database.cancellations.is_clean(token)
    database.cancellations.forget_artifacts(token, 0, ["late"])
    database.cancellations.end_cleaning(token)
    assert database.cancellations.is_clean(token)
    put(database, token, "later")
    assert database.cancellations.unclean_tasks() == (token,)
    unclean = database.cancellations.read_unclean(token)
    assert unclean is not None
    assert unclean.query == '{"query": 1}'
    assert "query" not in repr(unclean)


def test_what_cannot_be_removed_now(database: Database, clock: Clock) -> None:
    """It is looked at again later, or never, as whoever tried says."""
    token = started(database)
    database.outputs.advance_outputs(token, [0], TaskStatus.ENCODING)
    database.cancellations.cancel_task(token)
    clock.advance(seconds=1)
    database.cancellations.postpone_cleaning(token, clock.now.replace(minute=5))
    assert database.cancellations.unclean_tasks() == ()
    clock.advance(minutes=6)
    assert database.cancellations.unclean_tasks() == (token,)
    database.cancellations.postpone_cleaning(token, None)
    database.cancellations.postpone_cleaning(token, clock.now)
    assert database.cancellations.is_clean(token)


@pytest.mark.parametrize("hours", [0, 2])
def test_the_query_stays_for_a_while(database: Database, clock: Clock, hours: float) -> None:
    """As long as the task may be begun again, and as long as it takes to remove what was put; then it is gone."""
    token = started(database)
    database.outputs.advance_outputs(token, [0], TaskStatus.ENCODING)
    put(database, token, "a")
    database.cancellations.cancel_task(token, hours)
    clock.advance(hours=hours)
    assert database.retention.forget_queries() == 0
    assert database.cancellations.read_unclean(token) is not None
    with pytest.raises(TokenNotFoundError):
        database.tasks.read_query(token)
    database.cancellations.forget_artifacts(token, 0, ["a"])
    database.cancellations.end_cleaning(token)
    clock.advance(seconds=-1)
    assert database.retention.forget_queries() == 0
    clock.advance(seconds=1)
    assert database.retention.forget_queries() == 1
    put(database, token, "b")
    assert database.cancellations.read_unclean(token) is None
