"""Where is a task?"""

import sqlite3
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, PutArtifact, Source, Submission
from filmstrip.domain.artifact import Artifact, FrameStamp, Location, MediaKind, OutputResult, Warned
from filmstrip.domain.errors import LimitExceededError, TokenNotFoundError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.task import TaskStatus

SECRET = "the-secret-of-the-bucket"
VIDEO = NewOutput("mp4", MediaKind.VIDEO, "video-0-0-0", "mine")
IMAGE = NewOutput("thumbnails", MediaKind.IMAGE, "image-0-0-0", None)
RESULT = OutputResult(
    kind=MediaKind.VIDEO,
    output_format="mp4",
    main_name="",
    names=("",),
    size_bytes=3,
    storage_format="mp4",
    duration_seconds=Fraction(1001, 24),
    bitrate_kbps=7,
    meta={"flag": True, "count": 1, "ratio": 1.5, "text": "25/1", "names": ("a", "b"), "nothing": None},
)
PLACE = Location(kind="custom_s3", url="http://host/b/k", key="k", bucket="b", scheme="http", host="host", port=1)


def submitted(database: Database, *outputs: NewOutput) -> str:
    token = database.tasks.create_task(None)
    submission = Submission(f'{{"secret": "{SECRET}"}}', outputs or (VIDEO, IMAGE), "payload", (Warned("ignored"),))
    database.tasks.submit_task(token, submission, lambda _connection: None)
    return token


def test_a_task_is_told_as_it_was_submitted(database: Database, clock: Any) -> None:
    """What the client sent comes back in the record, outputs in the order of the request."""
    key, _ = database.keys.create_key("mine")
    token = database.tasks.create_task(key.id)
    created = database.tasks.read_tasks([token])[token]
    assert (created.status, created.outputs, created.key_id) == (TaskStatus.CREATED, (), key.id)
    assert created.created_at == clock.now
    database.tasks.submit_task(
        token, Submission("{}", (VIDEO, IMAGE), "payload", (Warned("x"),)), lambda _connection: None
    )
    task = database.tasks.read_tasks([token, "unknown"])[token]
    assert task.status is TaskStatus.DOWNLOADING
    assert task.payload == "payload"
    assert task.warnings == (Warned("x"),)
    assert [(output.index, output.tag, output.user_tag) for output in task.outputs] == [
        (0, "video-0-0-0", "mine"),
        (1, "image-0-0-0", None),
    ]


def test_a_token_starts_once(database: Database) -> None:
    """A second start on a token, and a start on a token that nobody made, find no token."""
    token = submitted(database)
    for other in (token, "f" * 32):
        with pytest.raises(TokenNotFoundError):
            database.tasks.submit_task(other, Submission("{}", (VIDEO,)), lambda _connection: None)


def test_a_submission_is_whole_or_not_at_all(database: Database) -> None:
    """If the engine cannot take the task, nothing of the submission is there, and the token can still be started."""
    token = database.tasks.create_task(None)

    def fail(_connection: object) -> None:
        raise RuntimeError("the engine is full")

    with pytest.raises(RuntimeError):
        database.tasks.submit_task(token, Submission("{}", (VIDEO,)), fail)
    task = database.tasks.read_tasks([token])[token]
    assert (task.status, task.outputs) == (TaskStatus.CREATED, ())
    database.tasks.submit_task(token, Submission("{}", (VIDEO,)), lambda _connection: None)


def test_the_query_is_readable_only_while_the_task_runs(database: Database, tmp_path: Path) -> None:
    """Secrets of a query are never plain in the file, and their ciphertext is gone when the task is final."""
    token = submitted(database)
    assert SECRET in database.tasks.read_query(token)
    assert SECRET not in repr(Submission(SECRET, ()))
    database.close()  # nothing but SQLite may open a database that is in use
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    database.tasks.finish_task(token)
    with pytest.raises(TokenNotFoundError):
        database.tasks.read_query(token)


def test_a_task_follows_its_outputs(database: Database) -> None:
    """A task is encoding as soon as one output is, and saving only when none is behind that."""
    token = submitted(database)

    def status() -> TaskStatus:
        return database.tasks.read_tasks([token])[token].status

    database.outputs.advance_outputs(token, [0, 1], TaskStatus.QUEUED)
    assert status() is TaskStatus.QUEUED
    database.outputs.advance_outputs(token, [0], TaskStatus.ENCODING)
    assert status() is TaskStatus.ENCODING
    database.outputs.advance_outputs(token, [0], TaskStatus.SAVING)
    assert status() is TaskStatus.ENCODING
    database.outputs.fail_output(token, 1, "no")
    assert status() is TaskStatus.SAVING
    database.outputs.advance_outputs(token, [0], TaskStatus.ENCODING)
    assert status() is TaskStatus.SAVING


def test_results_come_back_exactly(database: Database) -> None:
    """Fractions, flags and numbers of a result have after the database the types that they had before."""
    token = submitted(database)
    database.outputs.finish_output(token, 0, RESULT, (PLACE, PLACE))
    output = database.tasks.read_tasks([token])[token].outputs[0]
    assert output.result == RESULT
    assert [type(value) for value in (output.result or RESULT).meta.values()] == [
        type(value) for value in RESULT.meta.values()
    ]
    assert output.locations == (PLACE, PLACE)
    assert (output.status, output.progress) == (TaskStatus.COMPLETED, 1.0)


def test_an_output_ends_once(database: Database) -> None:
    """What a repeated step says after the end changes nothing."""
    token = submitted(database)
    database.outputs.finish_output(token, 0, RESULT, (PLACE,))
    database.outputs.fail_output(token, 0, "too late")
    database.outputs.record_progress({(token, 0): 0.1})
    assert database.tasks.read_tasks([token])[token].outputs[0].error is None
    assert database.tasks.finish_task(token, "why") is True
    assert database.tasks.finish_task(token, "again") is False
    task = database.tasks.read_tasks([token])[token]
    assert (task.error, [output.error for output in task.outputs]) == ("why", [None, "why"])


def test_progress_only_grows(database: Database) -> None:
    """The progress of several outputs is kept at once, stays from 0 to 1, and a repeated step does not take it back."""
    token = submitted(database)
    database.outputs.record_progress({(token, 0): 0.5, (token, 1): 7.0, ("unknown", 0): 0.5})
    database.outputs.record_progress({(token, 0): 0.2})
    assert [output.progress for output in database.tasks.read_tasks([token])[token].outputs] == [0.5, 1.0]


def test_artifacts_are_kept_in_the_order_of_putting(database: Database) -> None:
    """Each file that was put is kept with its frame; putting it again replaces it."""
    token = submitted(database)
    stamp = FrameStamp(Fraction(1, 3), Fraction(3, 10), is_keyframe=True)
    for name, size in (("b", 1), ("a", 2), ("b", 3)):
        put = PutArtifact("group", Artifact(name, "image/png", size, (stamp,)))
        database.artifacts.record_artifacts(token, 1, [put])
    found = database.artifacts.read_artifacts(token, 1)
    assert [(put.artifact.name, put.artifact.size_bytes) for put in found] == [("a", 2), ("b", 3)]
    assert found[0].artifact.frames == (stamp,)
    assert database.artifacts.read_artifacts(token, 0) == ()


def test_a_dropped_output_was_never_there(database: Database) -> None:
    """An output that is dropped is in no status, and its neighbours keep their index."""
    token = submitted(database)
    database.outputs.drop_outputs(token, [0])
    assert [output.index for output in database.tasks.read_tasks([token])[token].outputs] == [1]


def test_warnings_are_told_once(database: Database) -> None:
    """A step that is repeated does not repeat its warnings."""
    token = submitted(database)
    for _ in range(2):
        database.tasks.add_warnings(token, [Warned("slow", tag="video-0-0-0"), Warned("slow")])
    assert database.tasks.read_tasks([token])[token].warnings == (
        Warned("ignored"),
        Warned("slow", tag="video-0-0-0"),
        Warned("slow"),
    )


def test_the_source_is_known_after_probing(database: Database) -> None:
    """Length and size of the source are told as soon as it was probed."""
    token = submitted(database)
    assert database.tasks.read_source(token) is None
    source = Source(MediaInfo("mp4", Fraction(1001, 30), Fraction(0), 5, None), etag='"x"')
    database.tasks.record_source(token, source)
    assert database.tasks.read_source(token) == source
    task = database.tasks.read_tasks([token])[token]
    assert (task.duration_seconds, task.source_size_bytes) == (Fraction(1001, 30), 5)


def test_unfinished_tasks(database: Database, clock: Any) -> None:
    """A task counts as unfinished from its start to its end, the oldest first."""
    database.tasks.create_task(None)
    first = submitted(database)
    clock.advance(seconds=1)
    second = submitted(database)
    assert database.tasks.unfinished_tasks() == (first, second)
    database.tasks.finish_task(first)
    assert database.tasks.unfinished_tasks() == (second,)
    waiting = database.tasks.create_task(None)
    known = {token: database.tasks.is_unfinished(token) for token in (first, second, waiting, "nobody's")}
    assert known == {first: False, second: True, waiting: False, "nobody's": False}


def test_interruptions_count_what_was_at_work(database: Database) -> None:
    """Only what was at work when the service died is counted, each death once."""
    token = submitted(database)
    database.interruptions.begin_work(token, 0)
    database.interruptions.begin_work(token, 1)
    database.interruptions.end_work(token, 1)
    database.interruptions.count_interruptions()
    database.interruptions.count_interruptions()
    database.interruptions.begin_work(token)
    database.interruptions.count_interruptions()
    assert [database.interruptions.read_interruptions(token, index) for index in (0, 1, None)] == [1, 0, 1]


def test_tasks_that_wait_for_their_query_are_bounded(database: Database, clock: Any) -> None:
    """A key has so many tasks that were not started; a started one makes room, and so does one that is forgotten."""
    key, other = (database.keys.create_key(name)[0] for name in ("mine", "other"))
    tokens = [database.tasks.create_task(key.id, most_waiting=2) for _ in range(2)]
    with pytest.raises(LimitExceededError, match="2 tasks of this API key wait for their query: start some"):
        database.tasks.create_task(key.id, most_waiting=2)
    assert database.tasks.key_of_waiting(database.tasks.create_task(other.id, most_waiting=2)) == other.id
    database.tasks.submit_task(
        tokens[0], Submission("{}", (NewOutput("toy", MediaKind.IMAGE, "t", None),)), lambda _: None
    )
    with pytest.raises(TokenNotFoundError):
        database.tasks.key_of_waiting(tokens[0])
    assert database.tasks.key_of_waiting(tokens[1]) == key.id
    database.tasks.create_task(key.id, most_waiting=2)
    clock.advance(days=8)
    assert database.retention.forget_waiting(clock.now - timedelta(days=7)) == 3
    database.tasks.create_task(key.id, most_waiting=2)
    assert list(database.tasks.read_tasks(tokens)) == [tokens[0]]


def test_many_tasks_are_read_in_one_go(database: Database) -> None:
    """Each task gets its own outputs, in their order, however many are asked for."""
    outputs = tuple(NewOutput("toy", MediaKind.IMAGE, f"t{number}", None) for number in range(3))
    tokens = [database.tasks.create_task(None) for _ in range(20)]
    for token in tokens[:-1]:
        database.tasks.submit_task(token, Submission("{}", outputs), lambda _: None)
    found = database.tasks.read_tasks(tokens)
    assert [[output.tag for output in found[token].outputs] for token in tokens] == [["t0", "t1", "t2"]] * 19 + [[]]


def test_artifacts_are_read_by_name(database: Database) -> None:
    """What is asked for is read, however many names that are, in the order of putting, and nothing else."""
    token = submitted(database)
    names = [f"{number}" for number in range(1200)]
    put = [PutArtifact("group", Artifact(name, "image/png", 1)) for name in reversed(names)]
    database.artifacts.record_artifacts(token, 1, put)
    found = database.artifacts.read_artifacts(token, 1, [*names[:1100], "never put"])
    assert [each.artifact.name for each in found] == names[1099::-1]
    assert database.artifacts.read_artifacts(token, 1, []) == ()
    assert database.artifacts.read_artifacts(token, 0, names) == ()


def test_the_thousandth_file_is_recorded_as_cheaply_as_the_first(database: Database) -> None:
    """Nothing of what an output has is read to record one more: a long series would pay for it with each file."""
    token, steps = submitted(database), 0

    def count() -> None:
        nonlocal steps
        steps += 1

    @event.listens_for(database._transactions.backend.noting_engine, "before_cursor_execute")
    def _count_steps(_connection: object, cursor: sqlite3.Cursor, *_others: object) -> None:
        cursor.connection.set_progress_handler(count, 10)

    def steps_of(name: str) -> int:
        before = steps
        database.artifacts.record_artifacts(token, 1, [PutArtifact("group", Artifact(name, "image/png", 1))])
        return steps - before

    first = steps_of("first")
    more = [PutArtifact("group", Artifact(f"{number}", "image/png", 1)) for number in range(1000)]
    database.artifacts.record_artifacts(token, 1, more)
    assert 0 < steps_of("last") < first + 20


def test_any_number_of_tasks_is_asked_for(database: Database) -> None:
    """More than a statement may name: no backlog keeps a service from starting, and clearing up after itself."""
    token = submitted(database)
    many = [token, *map(str, range(300_000))]
    assert set(database.tasks.read_tasks(many)) == {token}
    assert database.tasks.unfinished_among(many) == {token}
    assert database.uploads.existing(many) == set()


def test_only_tasks_whose_outputs_were_begun_are_begun(database: Database) -> None:
    """Neither one that waits for its turn nor one that is over."""
    submitted(database)
    token, over = submitted(database), submitted(database)
    for each in (token, over):
        database.outputs.advance_outputs(each, [0], TaskStatus.QUEUED)
    database.tasks.finish_task(over)
    assert database.tasks.begun_tasks() == (token,)


def test_the_status_of_many_tasks_is_two_statements(database: Database) -> None:
    """Neither grows with the others, and none reads what is secret or large: queries, and where receivers are."""
    tokens = [submitted(database) for _ in range(30)]
    statements: list[str] = []
    engine = database._transactions.backend.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert set(database.tasks.read_tasks(tokens)) == set(tokens)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    selects = [statement for statement in statements if statement.startswith("SELECT")]
    assert len(selects) == 2
    for column in ("query", "query_shown", "callback", "answered_hosts"):
        assert f"task.{column}" not in selects[0], column
