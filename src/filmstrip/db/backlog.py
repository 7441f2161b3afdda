"""What waits and runs now, counted: for metrics, not for decisions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from filmstrip.db.tables import api_key, callback, executor, task
from filmstrip.db.transactions import Transactions
from filmstrip.domain.task import TaskStatus

_OPEN = [status for status in TaskStatus if status not in {TaskStatus.CREATED, TaskStatus.COMPLETED}]
_OPERATOR = "-"


@dataclass(frozen=True, slots=True)
class OpenTasks:
    """Tasks of one API key in one state.

    Attributes:
        key_name: Name of the key; "-" for the operator's own.
        status: Their state.
        count: How many there are.
        oldest_seconds: For how long the oldest of them has been started.
    """

    key_name: str
    status: TaskStatus
    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """What there is to do.

    Attributes:
        tasks: Started tasks that have not ended.
        live_workers: Processes that run tasks; None where only one may.
        callbacks: Events that receivers are still to be told.
    """

    tasks: tuple[OpenTasks, ...]
    live_workers: int | None
    callbacks: int


class BacklogRows:
    """Counts over all tasks that are open; an index makes them cheap however many have ended."""

    def __init__(self, transactions: Transactions, *, is_shared: bool) -> None:
        self._transactions = transactions
        self._is_shared = is_shared

    def read(self) -> Backlog:
        """Count.

        Raises:
            DatabaseAwayError: The database does not answer.
        """
        counted = (
            select(
                api_key.c.name, task.c.status, func.count().label("many"), func.min(task.c.started_at).label("oldest")
            )
            .select_from(task.outerjoin(api_key, task.c.key_id == api_key.c.id))
            .where(task.c.status.in_(_OPEN))
            .group_by(api_key.c.name, task.c.status)
        )
        alive = select(func.count()).select_from(executor).where(executor.c.ended_at.is_(None))
        waiting = select(func.count()).select_from(callback).where(callback.c.due_at.is_not(None))
        now = self._transactions.now()
        with self._transactions.reading() as connection:
            tasks = tuple(
                OpenTasks(
                    row.name or _OPERATOR,
                    TaskStatus(row.status),
                    row.many,
                    0.0 if row.oldest is None else max(0.0, (now - row.oldest).total_seconds()),
                )
                for row in connection.execute(counted)
            )
            workers = connection.execute(alive).scalar_one() if self._is_shared else None
            return Backlog(tasks, workers, connection.execute(waiting).scalar_one())
