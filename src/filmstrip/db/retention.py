"""What is forgotten after a while: in portions, each a short transaction, so that nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from filmstrip.db.tables import artifact, callback, output, task
from filmstrip.db.transactions import Transactions
from filmstrip.domain.task import TaskStatus

_TASKS_AT_ONCE = 50
_FILES_AT_ONCE = 1000
_MOST_SECONDS = 5.0
"""How long one call may go on; the next one does the rest."""

_LONGEST_PAUSE_SECONDS = 0.1


class RetentionRows:
    """What is kept for a while."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def forget_queries(self) -> int:
        """Forget the queries of ended tasks that are not kept any longer; return how many.

        One that it takes to remove files is kept as long as that.
        """
        over = and_(task.c.query_until <= self._transactions.now(), task.c.clean_at.is_(None))

        def forget(tokens: Sequence[str]) -> None:
            with self._transactions.noting() as connection:
                here = update(task).where(task.c.token.in_(tokens), over)
                connection.execute(here.values(query=None, query_until=None))

        return self._in_portions(over, forget)

    def forget_waiting(self, before: datetime) -> int:
        """Forget tasks that were created before a moment and wait for their query; return how many."""
        waiting = and_(task.c.status == TaskStatus.CREATED, task.c.created_at < before)

        def forget(tokens: Sequence[str]) -> None:
            with self._transactions.noting() as connection:
                connection.execute(delete(task).where(task.c.token.in_(tokens), waiting))

        return self._in_portions(waiting, forget)

    def forget_ended(self, before: datetime) -> int:
        """Forget tasks that ended before a moment, with all that is known of them; return how many.

        One whose receiver is still to be told, or whose files are to be removed, stays as long as that.
        """
        told = ~select(callback.c.number).where(callback.c.task_token == task.c.token).exists()
        is_over = (task.c.status == TaskStatus.COMPLETED, task.c.finished_at < before)
        ended = and_(*is_over, task.c.clean_at.is_(None), told)

        def forget(tokens: Sequence[str]) -> None:
            for token in tokens:
                self._forget_files(token)
            with self._transactions.noting() as connection:
                # A file that came late may have to be removed since they were looked for.
                connection.execute(delete(task).where(task.c.token.in_(tokens), ended))

        return self._in_portions(ended, forget)

    def _forget_files(self, token: str) -> None:
        """Forget the files of a task, which may be many: what is left goes with the task."""
        last = select(output.c.output_index, func.max(artifact.c.position)).join(
            artifact, and_(artifact.c.task_token == token, artifact.c.output_index == output.c.output_index)
        )
        with self._transactions.reading() as connection:
            found = connection.execute(last.where(output.c.task_token == token).group_by(output.c.output_index)).all()
        for index, position in found:
            here = and_(artifact.c.task_token == token, artifact.c.output_index == index)
            for until in range(_FILES_AT_ONCE, position, _FILES_AT_ONCE):
                with self._transactions.noting() as connection:
                    connection.execute(delete(artifact).where(here, artifact.c.position < until))

    def _in_portions(self, condition: ColumnElement[bool], forget: Callable[[Sequence[str]], object]) -> int:
        """Do something with the tasks of a condition, some at a time, and let others have as much time as it takes."""
        ends_at = time.monotonic() + _MOST_SECONDS
        count = 0
        while tokens := self._some(condition):
            began_at = time.monotonic()
            forget(tokens)
            count += len(tokens)
            if time.monotonic() > ends_at:
                break
            time.sleep(min(_LONGEST_PAUSE_SECONDS, time.monotonic() - began_at))
        return count

    def _some(self, condition: ColumnElement[bool]) -> tuple[str, ...]:
        with self._transactions.reading() as connection:
            return tuple(connection.execute(select(task.c.token).where(condition).limit(_TASKS_AT_ONCE)).scalars())
