"""Begins a task once more that failed while its outputs were made, if its query asks for that (`retry_on_error`).

What its last step does is one transaction: it ends, and a new task of the same query is submitted. So there is one new
task, whenever the service is killed.
"""

from __future__ import annotations

from functools import partial

import structlog
from sqlalchemy import Connection

from filmstrip.db.callback_records import RESTART_FAILED, RESTARTED, NewEvent
from filmstrip.db.task_records import Submission, TaskRecord
from filmstrip.db.tasks import Sequel
from filmstrip.domain.artifact import Warned
from filmstrip.domain.errors import ApiKeyNotFoundError, FilmstripError
from filmstrip.jobs.rules.turns import turn_of
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.known_tasks import KnownTask
from filmstrip.jobs.tasks.script_names import TASK, task_run
from filmstrip.jobs.tasks.submission import make_submission
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.jobs.tasks.upload_sources import find_uploads

_log = structlog.get_logger()


class Restarts:
    """Begins tasks once more."""

    def __init__(self, durable: Durable, around: Surroundings) -> None:
        """Join the parts.

        Args:
            durable: Runs the scripts.
            around: What is known of tasks.
        """
        self._durable = durable
        self._around = around
        self._database = around.database

    def sequel(self, token: str) -> Sequel | None:
        """Return what follows if a task fails now; None for nothing; blocking."""
        record = self._database.tasks.read_tasks([token]).get(token)
        if record is None or record.status.is_final or record.restart_of is not None:
            return None
        # First what needs no query: one that cannot be read any more must not keep its task from ending.
        if not any(output.failed_in_making for output in record.outputs):
            return None
        known = self._around.known.kept(token) or self._around.known.read(token)
        if not known.query.retry_on_error or not _failed_in_making(record, known):
            return None
        try:
            submission = self._submission(record, known)
        except FilmstripError as failure:
            return partial(self._refuse, record, str(failure))
        return partial(self._begin, record, known, submission)

    def _submission(self, record: TaskRecord, known: KnownTask) -> Submission:
        key = None if known.key_id is None else self._database.keys.read_key(known.key_id)
        if key is not None and key.revoked_at is not None:
            raise ApiKeyNotFoundError("The API key of the task was revoked")
        upload_ids = find_uploads(known.query.sources, self._around.uploads, known.key_id)
        target = self._database.callbacks.read_target(record.token)
        return make_submission(known.query, record.payload, upload_ids, target)

    def _begin(
        self, record: TaskRecord, known: KnownTask, submission: Submission, connection: Connection
    ) -> tuple[Warned, NewEvent]:
        def enqueue(within: Connection, new: str) -> None:
            turn = turn_of(known.query.priority)
            self._durable.enqueue(within, TASK, task_run(new), (new, known.key, 1), known.key, turn)

        new = self._database.tasks.restart_task(connection, record.token, submission, enqueue)
        # It looks after this transaction: both want to write.
        self._durable.wake(TASK)
        _log.info("task_restarted", task_token=record.token, new_task_token=new)
        return Warned(f"The task failed and was restarted as {new}"), NewEvent(RESTARTED, new)

    def _refuse(self, record: TaskRecord, reason: str, _connection: Connection) -> tuple[Warned, NewEvent]:
        _log.warning("restart_failed", task_token=record.token, reason=reason)
        return Warned("The task failed and could not be restarted", reason), NewEvent(RESTART_FAILED, reason)


def _failed_in_making(record: TaskRecord, known: KnownTask) -> bool:
    """Check whether outputs failed, and none of those that count for its source or its destination."""
    failed = [output for output in record.outputs if output.error is not None]
    counting = [output for output in failed if not known.query.formats[output.index].allow_soft_fail]
    return bool(counting) and all(output.failed_in_making for output in counting)
