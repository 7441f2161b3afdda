"""Failed tasks that are begun again: as new ones, with the query that is kept of the old one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, select

from filmstrip.db.encryption import Cipher
from filmstrip.db.holding import hold_task
from filmstrip.db.tables import task
from filmstrip.db.task_records import Submission
from filmstrip.db.tasks import TaskRows, add_warnings
from filmstrip.db.transactions import Transactions
from filmstrip.domain.artifact import Warned
from filmstrip.domain.errors import TaskStateError, TokenNotFoundError
from filmstrip.domain.task import TaskStatus

_QUESTION = (
    task.c.status,
    task.c.error,
    task.c.query,
    task.c.query_until,
    task.c.clean_at,
    task.c.payload,
    task.c.key_id,
)


@dataclass(frozen=True, slots=True)
class FailedTask:
    """What is kept of a failed task so that it can be begun again.

    Attributes:
        query: JSON text of its query; it holds secrets.
        payload: What its client wants to see again, None if nothing.
        key_id: The API key that it belongs to, None if it is the operator's own.
    """

    query: str = field(repr=False)
    payload: str | None
    key_id: int | None


class RetryRows:
    """Failed tasks that are begun again."""

    def __init__(self, transactions: Transactions, cipher: Cipher, tasks: TaskRows) -> None:
        """Prepare them.

        Args:
            transactions: Those of the database.
            cipher: Encrypts the queries.
            tasks: Start the new ones.
        """
        self._transactions = transactions
        self._cipher = cipher
        self._tasks = tasks

    def read_failed(self, token: str) -> FailedTask:
        """Read what it takes to begin a task again.

        Raises:
            TokenNotFoundError: There is no such task.
            TaskStateError: It has not failed, or its query is not kept any more.
        """
        with self._transactions.reading() as connection:
            row = self._demand_failed(connection, token)
        try:
            return FailedTask(self._cipher.decrypt(row.query, token), row.payload, row.key_id)
        except InvalidTag:
            raise TaskStateError("The query of the task was encrypted with another secret key") from None

    def retry_task(self, token: str, submission: Submission, enqueue: Callable[[Connection, str], object]) -> str:
        """Start a new task in place of one that failed, and warn whoever asks for that one; return its token.

        Of two that try it at once, one does.

        Args:
            token: The task that failed.
            submission: What the new one consists of.
            enqueue: Writes whatever makes the task of a token run.

        Raises:
            TokenNotFoundError: There is no such task.
            TaskStateError: It has not failed, its query is not kept any more, or it was begun again already.
        """
        with self._transactions.writing() as connection:
            hold_task(connection, token)
            self._demand_failed(connection, token)
            new = self._tasks.restart_task(connection, token, submission, enqueue)
            add_warnings(connection, token, (Warned(f"The task was begun again as {new}"),))
        return new

    def _demand_failed(self, connection: Connection, token: str) -> Any:
        row = connection.execute(select(*_QUESTION).where(task.c.token == token)).first()
        if row is None:
            raise TokenNotFoundError("Token not found")
        if row.status != TaskStatus.COMPLETED:
            raise TaskStateError("The task has not ended: cancel it first, or wait for its end")
        if row.error is None:
            raise TaskStateError("The task has ended well: there is nothing to begin again")
        if row.clean_at is not None:
            raise TaskStateError("What the cancelled task had put is still being removed: ask again in a few seconds")
        if row.query is None or row.query_until is None or row.query_until <= self._transactions.now():
            new = connection.execute(select(task.c.token).where(task.c.restart_of == token)).scalar()
            if new is not None:
                raise TaskStateError(f"The task was begun again already, as {new}")
            raise TaskStateError("The query of the task is not kept any more: send it again as a new task")
        return row
