"""Which failed tasks can be begun again, and how often?"""

import pytest

from api_harness import Clock
from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from filmstrip.domain.errors import TaskStateError, TokenNotFoundError
from filmstrip.domain.task import TaskStatus

OUTPUTS = (NewOutput("toy", MediaKind.IMAGE, "image-0-0-0", None),)


def started(database: Database) -> str:
    token = database.tasks.create_task(None)
    database.tasks.submit_task(token, Submission('{"query": 1}', OUTPUTS, "mine"), lambda _connection: None)
    return token


def retry(database: Database, token: str) -> str:
    failed = database.retries.read_failed(token)
    submission = Submission(failed.query, OUTPUTS, failed.payload)
    return database.retries.retry_task(token, submission, lambda _connection, _new: None)


def test_a_failed_task_is_begun_again_once(database: Database) -> None:
    """As a new one that says in whose place it is; the old one warns of it, and its secrets are the new one's."""
    token = started(database)
    database.tasks.finish_task(token, "it broke", keep_query_hours=24)
    failed = database.retries.read_failed(token)
    assert (failed.query, failed.payload, failed.key_id) == ('{"query": 1}', "mine", None)
    assert "query" not in repr(failed)
    new = retry(database, token)
    tasks = database.tasks.read_tasks([token, new])
    assert (tasks[new].restart_of, tasks[new].payload, tasks[new].status) == (token, "mine", TaskStatus.DOWNLOADING)
    assert [warned.message for warned in tasks[token].warnings] == [f"The task was begun again as {new}"]
    assert database.tasks.read_query(new) == '{"query": 1}'
    with pytest.raises(TaskStateError, match=f"^The task was begun again already, as {new}$"):
        retry(database, token)
    with pytest.raises(TaskStateError, match=f"^The task was begun again already, as {new}$"):
        database.retries.retry_task(token, Submission("{}", OUTPUTS), lambda _connection, _new: None)
    database.tasks.finish_task(new, "it broke again", keep_query_hours=24)
    assert retry(database, new) not in {token, new}


def test_a_cancelled_task_is_begun_again_when_it_is_clean(database: Database) -> None:
    """Both would put under the same names."""
    token = started(database)
    database.outputs.advance_outputs(token, [0], TaskStatus.ENCODING)
    database.cancellations.cancel_task(token, 24)
    with pytest.raises(TaskStateError, match="still being removed: ask again"):
        retry(database, token)
    database.cancellations.end_cleaning(token)
    assert retry(database, token)


def test_others_are_not(database: Database, clock: Clock) -> None:
    """Each is told why."""
    with pytest.raises(TokenNotFoundError):
        retry(database, "0" * 32)
    with pytest.raises(TaskStateError, match="has not ended"):
        retry(database, database.tasks.create_task(None))
    token = started(database)
    with pytest.raises(TaskStateError, match="has not ended: cancel it first"):
        retry(database, token)
    database.tasks.finish_task(token, keep_query_hours=24)
    with pytest.raises(TaskStateError, match="has ended well"):
        retry(database, token)
    forgotten, expired = started(database), started(database)
    database.tasks.finish_task(forgotten, "it broke")
    database.tasks.finish_task(expired, "it broke", keep_query_hours=2)
    clock.advance(hours=2)
    for token in (forgotten, expired):
        with pytest.raises(TaskStateError, match="is not kept any more: send it again"):
            retry(database, token)
    assert database.retention.forget_queries() == 1
    with pytest.raises(TaskStateError, match="is not kept any more: send it again"):
        retry(database, expired)
