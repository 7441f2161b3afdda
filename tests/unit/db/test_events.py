"""Is what happens to a task written down with it, once, and not without end?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from api_harness import Clock
from filmstrip.db import events
from filmstrip.db.database import Database
from filmstrip.db.event_records import TaskEvent
from filmstrip.db.events import in_step
from filmstrip.db.task_records import NewOutput, Outage, Submission
from filmstrip.domain.artifact import MediaKind, OutputResult, Warned
from filmstrip.domain.task import TaskStatus

RESULT = OutputResult(MediaKind.IMAGE, "toy", "a", ("a",), 10, "toy")


def started(database: Database) -> str:
    token = database.tasks.create_task(None)
    new = tuple(NewOutput("toy", MediaKind.IMAGE, f"image-{number}-0-0", None) for number in range(2))
    database.tasks.submit_task(token, Submission("{}", new), lambda _connection: None)
    return token


def told(database: Database, token: str) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(each.name, each.output_index, each.detail, each.worker) for each in database.events.read_events(token)]


def test_the_life_of_a_task(database: Database, clock: Clock) -> None:
    """From its submission to its end: when, by whom, and in which step; what is done twice is told once."""
    token = started(database)
    database.events.worker = "one"
    clock.advance(seconds=5)
    for _ in range(2):
        database.interruptions.begin_work(token)
        database.outputs.advance_outputs(token, [0, 1], TaskStatus.QUEUED)
    with in_step("make a"):
        for _ in range(2):
            database.outputs.advance_outputs(token, [0], TaskStatus.ENCODING)
            database.interruptions.begin_work(token, 0)
            database.tasks.add_warnings(token, [Warned("mind", "the step")])
    outage = Outage("it is away", clock.now, clock.now, clock.now + timedelta(hours=1), 1)
    database.outages.record_outage(token, 1, outage)
    database.outages.record_outage(token, 1, replace(outage, tries=2, reason="still"))
    database.outages.record_outage(token, 1, None)
    database.outputs.finish_output(token, 0, RESULT, ())
    database.outputs.fail_output(token, 1, "it broke")
    database.tasks.finish_task(token, "it broke")
    database.tasks.finish_task(token, "twice")
    assert told(database, token) == [
        ("submitted", None, None, None),
        ("begun", None, None, "one"),
        ("output_begun", 0, None, "one"),
        ("warned", None, "mind: the step", "one"),
        ("waits", 1, "it is away", "one"),
        ("tried_again", 1, "still", "one"),
        ("output_ended", 0, None, "one"),
        ("output_failed", 1, "it broke", "one"),
        ("failed", None, "it broke", "one"),
    ]
    seen = database.events.read_events(token)
    assert [each.happened_at for each in seen[:2]] == [clock.now - timedelta(seconds=5), clock.now]
    assert [each.step for each in seen] == [None, None, "make a", "make a", *[None] * 5]


def test_work_that_is_taken_over(database: Database) -> None:
    """By another worker, once; and the death of the one before."""
    token = started(database)
    database.events.worker = "one"
    database.outputs.advance_outputs(token, [0], TaskStatus.ENCODING)
    database.interruptions.begin_work(token, 0)
    database.interruptions.count_interruptions()
    database.events.worker = "two"
    for _ in range(2):
        database.interruptions.begin_work(token, 0)
    # On a file, the process that counts the deaths is the next one of the same name.
    assert told(database, token)[2:] == [("interrupted", 0, None, "one"), ("taken_over", 0, "From one", "two")]


def test_a_task_that_is_cancelled_and_begun_again(database: Database) -> None:
    """It says which one is in its place."""
    token = started(database)
    database.cancellations.cancel_task(token, 24)
    new = database.retries.retry_task(
        token, Submission("{}", (NewOutput("toy", MediaKind.IMAGE, "t", None),)), lambda _connection, _new: None
    )
    assert told(database, token)[1:] == [("cancelled", None, None, None), ("restarted", None, new, None)]
    assert told(database, new) == [("submitted", None, None, None)]


def test_the_newest_are_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a task that is warned without end, and of no other one; none is longer than it has to be."""
    monkeypatch.setattr(events, "_MOST_OF_A_TASK", 10)
    other, token = started(database), started(database)
    for number in range(25):
        database.tasks.add_warnings(token, [Warned(f"warning {number}" + "!" * 5000)])
    kept = database.events.read_events(token)
    assert [str(each.detail)[:10].rstrip("!") for each in kept] == [f"warning {number}" for number in range(15, 25)]
    assert max(len(each.detail or "") for each in kept) == 2000
    assert len(database.events.read_events(other)) == 1


def test_they_go_with_their_task(database: Database, clock: Clock) -> None:
    """Nothing is left of one that is forgotten."""
    token = started(database)
    database.tasks.finish_task(token)
    clock.advance(days=1)
    assert database.retention.forget_ended(clock.now) == 1
    assert database.events.read_events(token) == ()
    with pytest.raises(Exception, match="FOREIGN KEY"), database._transactions.writing() as connection:
        database.events.note(connection, token, TaskEvent("ended"))
