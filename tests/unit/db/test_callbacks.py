"""What is kept of what receivers are to be told?"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from filmstrip.db.callback_records import Callback, CallbackTarget
from filmstrip.db.database import Database
from filmstrip.db.tables import task
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import Location, MediaKind, OutputResult
from fresh_database import make_older

SECRET = "secret-of-the-receiver"
URL = f"https://user:{SECRET}@app.example.com:8443/hook?token={SECRET}"
RESULT = OutputResult(MediaKind.IMAGE, "toy", "", ("",), 1, "image")


def submitted(database: Database, *, url: str | None = URL, with_streams: bool = False) -> str:
    token = database.tasks.create_task(None)
    outputs = tuple(NewOutput("toy", MediaKind.IMAGE, f"image-{number}-0-0", f"mine {number}") for number in range(2))
    target = None if url is None else CallbackTarget(url, "http://media.local", with_streams)
    database.tasks.submit_task(token, Submission("{}", outputs, callback=target), lambda _connection: None)
    return token


def listed(database: Database) -> list[str]:
    return [f"{each.tag or 'task'} {each.event}" for each in database.callbacks.list_all()]


def forget_all(database: Database) -> None:
    for callback in database.callbacks.list_all():
        database.callbacks.forget(callback)


def test_a_task_tells_its_beginning_and_its_end(database: Database) -> None:
    """A failure is told by itself, and then that it is over; each event has a name of its own."""
    good, bad = submitted(database), submitted(database)
    assert listed(database) == ["task queued"] * 2
    database.tasks.finish_task(good)
    database.tasks.finish_task(bad, "It broke")
    assert not database.tasks.finish_task(bad, "It broke again")
    assert listed(database)[2:] == ["task saved", "task error", "task saved"]
    assert [each.detail for each in database.callbacks.list_all()] == [None, None, None, "It broke", None]
    names = [each.event_id for each in database.callbacks.list_all()]
    assert names == [f"{good}.queued", f"{bad}.queued", f"{good}.saved", f"{bad}.error", f"{bad}.saved"]
    assert {each.host for each in database.callbacks.list_all()} == {"app.example.com:8443"}


def test_nothing_is_kept_for_nobody(database: Database) -> None:
    """A task without a receiver has no events, and none of outputs if they are not asked for."""
    token = submitted(database, url=None)
    database.outputs.fail_output(token, 0, "It broke")
    database.tasks.finish_task(token)
    assert listed(database) == []
    database.outputs.fail_output(submitted(database), 0, "It broke")
    assert listed(database) == ["task queued"]


def test_outputs_tell_their_ends(database: Database) -> None:
    """Each once, in the order in which they ended, before the task; also those that fail with it."""
    token = submitted(database, with_streams=True)
    place = Location("local", "file:///a", "a")
    for _ in range(2):
        database.outputs.finish_output(token, 1, RESULT, (place,))
    assert listed(database) == ["task queued", "image-1-0-0 saved"]
    database.tasks.finish_task(token, "It was cancelled")
    assert listed(database)[2:] == ["image-0-0-0 error", "task error", "task saved"]
    told = database.callbacks.list_all()
    assert [(each.user_tag, each.detail) for each in told if each.tag] == [
        ("mine 1", None),
        ("mine 0", "It was cancelled"),
    ]
    assert told[1].event_id == f"{token}.image-1-0-0.saved"


def test_an_event_and_what_happened_are_one_transaction(database: Database) -> None:
    """If nothing can be begun, nothing has happened; what is begun is told the first of several."""
    noted: list[Callback] = []
    database.callbacks.on_noted = lambda _connection, first, _key_id: noted.append(first)
    token = submitted(database)

    def fail(*_noted: object) -> None:
        raise RuntimeError

    database.callbacks.on_noted = fail
    with pytest.raises(RuntimeError):
        database.tasks.finish_task(token)
    assert database.tasks.is_unfinished(token)
    assert listed(database) == ["task queued"]
    with pytest.raises(RuntimeError):
        submitted(database)
    assert len(database.tasks.unfinished_tasks()) == 1
    database.callbacks.on_noted = lambda _connection, first, _key_id: noted.append(first)
    database.tasks.finish_task(token, "It broke")
    assert [each.event for each in noted] == ["queued", "error"]


def test_where_it_is_told_is_secret(database: Database, tmp_path: Path) -> None:
    """It is read by the one that tells it, never plain in the file, and gone when the last event is told."""
    token = submitted(database)
    assert database.callbacks.read_target(token) == CallbackTarget(URL, "http://media.local")
    assert SECRET not in repr(database.callbacks.read_target(token))
    database.close()  # nothing but SQLite may open a database that is in use
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    forget_all(database)
    assert database.callbacks.read_target(token) is not None  # there will be more
    database.tasks.finish_task(token)
    forget_all(database)
    assert database.callbacks.read_target(token) is None


def test_an_event_waits_for_those_before_it(database: Database, clock: Any) -> None:
    """The next one of a task is its oldest that is neither told nor given up, whenever it is due."""
    token = submitted(database)
    queued = database.callbacks.next_of(token)
    assert queued is not None
    assert not database.callbacks.is_waited_for(queued)
    database.tasks.finish_task(token)
    assert database.callbacks.is_waited_for(queued)
    later = clock.now.replace(hour=20)
    database.callbacks.postpone(queued, later, "503")
    waiting = database.callbacks.next_of(token)
    assert waiting is not None
    assert (waiting.event, waiting.due_at, waiting.tries, waiting.reason) == ("queued", later, 1, "503")
    database.callbacks.give_up(waiting)
    saved = database.callbacks.next_of(token)
    assert saved is not None
    assert saved.event == "saved"
    given_up, _ = database.callbacks.list_all()
    assert (given_up.due_at, given_up.tries, given_up.reason) == (None, 1, "503")


def test_what_waits_is_due_when_the_task_is_over(database: Database, clock: Any) -> None:
    """The end would wait behind it for as long; the end of an output is no such hurry."""
    token = submitted(database, with_streams=True)
    later = clock.now.replace(hour=20)
    for callback in database.callbacks.list_all():
        database.callbacks.postpone(callback, later, "503")
    database.outputs.fail_output(token, 0, "It broke")
    assert [each.due_at for each in database.callbacks.list_all()] == [later, clock.now]
    database.tasks.finish_task(token)
    assert {each.due_at for each in database.callbacks.list_all()} == {clock.now}


def test_no_number_is_used_twice(database: Database) -> None:
    """An event that comes after one that was told is another one, also to whatever remembers the first."""
    token = submitted(database)
    first = database.callbacks.list_all()[0].number
    forget_all(database)
    database.tasks.finish_task(token)
    assert database.callbacks.list_all()[0].number > first


def test_what_is_asked_for_begins_again(database: Database, clock: Any) -> None:
    """Some or all; a name that is not there is not counted; a try that was under way then changes nothing."""
    token, other = submitted(database), submitted(database)
    queued = database.callbacks.next_of(token)
    assert queued is not None
    database.callbacks.give_up(queued)
    assert database.callbacks.asked_for() == ()
    assert database.callbacks.ask_for([queued.event_id, "nothing"]) == (queued.event_id,)
    (asked,) = database.callbacks.asked_for()
    noted: list[Callback] = []
    database.callbacks.on_noted = lambda _connection, first, _key_id: noted.append(first)
    clock.advance(hours=1)
    database.callbacks.begin_again(asked)
    assert database.callbacks.asked_for() == ()
    again = database.callbacks.next_of(token)
    assert [again] == noted
    assert again is not None
    assert (again.since, again.due_at, again.tries, again.rounds) == (clock.now, clock.now, 0, 1)
    database.callbacks.give_up(queued)
    database.callbacks.postpone(queued, clock.now, "503")
    assert database.callbacks.next_of(token) == again
    assert set(database.callbacks.ask_for(None)) == {f"{token}.queued", f"{other}.queued"}


def test_what_should_have_been_tried_is_found(database: Database, clock: Any) -> None:
    """What is due later is not, nor what waits behind that, and what was given up is not."""
    waiting, given_up, overdue = (submitted(database) for _ in range(3))
    database.tasks.finish_task(waiting)
    for token, callback in ((each.token, each) for each in database.callbacks.list_all()):
        if token == waiting and callback.event == "queued":
            database.callbacks.postpone(callback, clock.now.replace(hour=20), "503")
        elif token == given_up:
            database.callbacks.give_up(callback)
    assert database.callbacks.overdue(clock.now) == ()
    clock.advance(seconds=1)
    assert [each.token for each in database.callbacks.overdue(clock.now)] == [overdue]


def test_what_was_given_up_is_kept_for_a_while(database: Database, clock: Any) -> None:
    """The oldest go first if there are too many, and each after its time; where they were to be told goes with them."""
    tokens = [submitted(database) for _ in range(4)]
    for token in tokens:
        database.tasks.finish_task(token)
    for callback in database.callbacks.list_all():
        if callback.event == "queued":
            database.callbacks.give_up(callback)
        else:
            database.callbacks.forget(callback)
    before = clock.now
    assert database.callbacks.forget_kept(before, 4) == 0
    assert database.callbacks.forget_kept(before, 3) == 1
    assert [each.token for each in database.callbacks.list_all()] == tokens[1:]
    assert database.callbacks.read_target(tokens[0]) is None
    assert database.callbacks.read_target(tokens[1]) is not None
    clock.advance(days=1)
    assert database.callbacks.forget_kept(clock.now, 3) == 3
    assert database.callbacks.list_all() == ()


def test_tasks_of_a_version_before_tell_nobody(tmp_path: Path, database: Database) -> None:
    """A database without callbacks is brought up with its tasks; those that run end as they would have."""
    path = tmp_path / "old.db"
    make_older(path, "0006")
    row = "INSERT INTO task (token, status, created_at, warnings, is_at_work, interruptions) VALUES (?, ?, ?, ?, 0, 0)"
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute(row, ("7c" * 16, "encoding", "2031-05-02 10:00:00.000000", "[]"))
    newer = Database(f"sqlite:///{path}", database.tasks._cipher)
    newer.migrate()
    assert newer.callbacks.read_target("7c" * 16) is None
    assert newer.tasks.finish_task("7c" * 16)
    assert newer.callbacks.list_all() == ()
    newer.close()


def test_an_event_belongs_to_its_task_alone(database: Database) -> None:
    """Where one task's events are told cannot be read as another's."""
    token, other = submitted(database), submitted(database, url=None)
    target = CallbackTarget(URL, "http://media.local")
    with database._transactions.writing() as connection:
        stolen = database.callbacks.encrypt(target, token)
        connection.execute(update(task).where(task.c.token == other).values(callback=stolen))
    assert database.callbacks.read_target(token) == target
    assert database.callbacks.read_target(other) is None
    assert database.tasks.finish_task(other), "that must keep no task from ending"
