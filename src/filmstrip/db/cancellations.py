"""Tasks that were cancelled, and the removal of what they have put.

Whether a task is cancelled is decided here, in one transaction, against its end: it is either whole or cancelled.

    cancel_task ── nothing was put ────────────────────────────────> done
                └─ something may have been ──> clean_at ── removed ─> done
                                                 ▲  └ not reached ─> clean_at, later
                       a put that was on its way ┘
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, select, update

from filmstrip.db import event_records
from filmstrip.db.callback_records import ERROR, SAVED, NewEvent
from filmstrip.db.callbacks import CallbackRows
from filmstrip.db.encryption import Cipher
from filmstrip.db.event_records import TaskEvent
from filmstrip.db.events import EventRows
from filmstrip.db.holding import hold_task
from filmstrip.db.portions import portions
from filmstrip.db.tables import artifact, output, task
from filmstrip.db.transactions import Transactions, repeated
from filmstrip.db.usage import count_usage
from filmstrip.domain.errors import TaskStateError, TokenNotFoundError
from filmstrip.domain.task import TaskStatus

CANCELLED = "Cancelled"
"""Why a cancelled task has failed, as its status says it."""

_BEGUN = (TaskStatus.ENCODING, TaskStatus.SAVING, TaskStatus.COMPLETED)
_MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Unclean:
    """A cancelled task whose files are still to be removed.

    Attributes:
        query: JSON text of its query; it holds secrets.
        key_id: The API key that it belongs to, None if it is the operator's own.
        begins_at: When it was started, UTC.
        cancelled_at: When it was cancelled, UTC.
    """

    query: str = field(repr=False)
    key_id: int | None
    begins_at: datetime
    cancelled_at: datetime


class CancellationRows:
    """Cancelled tasks."""

    def __init__(self, transactions: Transactions, cipher: Cipher, callbacks: CallbackRows, events: EventRows) -> None:
        """Prepare them.

        Args:
            transactions: Those of the database.
            cipher: Encrypts the queries.
            callbacks: Keep what happens to tasks until their receivers were told.
            events: Keep what happens to tasks.
        """
        self._events = events
        self._transactions = transactions
        self._cipher = cipher
        self._callbacks = callbacks

    @repeated
    def cancel_task(self, token: str, keep_query_hours: float = 0) -> bool:
        """End a task as one that failed, each of its outputs with it; return whether it was this call that did.

        One that is cancelled already stays as it is.

        Args:
            token: The task.
            keep_query_hours: How long its query is kept, so that it can be begun again.

        Raises:
            TokenNotFoundError: There is no such task.
            TaskStateError: It has ended.
        """
        with self._transactions.writing() as connection:
            hold_task(connection, token)
            found = connection.execute(select(task.c.status, task.c.cancelled_at).where(task.c.token == token)).first()
            if found is None:
                raise TokenNotFoundError("Token not found")
            if found.cancelled_at is not None:
                return False
            if found.status == TaskStatus.COMPLETED:
                raise TaskStateError("The task has ended already: there is nothing to cancel")
            self._cancel(connection, token, keep_query_hours)
        return True

    def _cancel(self, connection: Connection, token: str, keep_query_hours: float) -> None:
        now = self._transactions.now()
        final = {"status": TaskStatus.COMPLETED, "error": CANCELLED, "outage": None}
        of_task = output.c.task_token == token
        was_begun = connection.execute(select(exists().where(of_task, output.c.status.in_(_BEGUN)))).scalar()
        # What it has put is removed, also what was whole: nothing may point at it any more.
        ending = update(output).where(of_task, output.c.error.is_(None))
        ended = connection.execute(
            ending.values(finished_at=now, result=None, locations=(), **final).returning(
                output.c.tag, output.c.user_tag
            )
        ).all()
        values: dict[str, object] = {
            "cancelled_at": now,
            "finished_at": now,
            "clean_at": now if was_begun else None,
            "query_until": now + timedelta(hours=keep_query_hours) if keep_query_hours or was_begun else None,
        }
        if not values["query_until"]:
            values["query"] = None
        connection.execute(update(task).where(task.c.token == token).values(**final, **values))
        count_usage(connection, token, now, is_failed=True)
        self._events.note(connection, token, TaskEvent(event_records.CANCELLED))
        of_outputs = (NewEvent(ERROR, CANCELLED, *row) for row in ended)
        self._callbacks.note(connection, token, *of_outputs, NewEvent(ERROR, CANCELLED), NewEvent(SAVED))

    @repeated
    def unclean_tasks(self) -> tuple[str, ...]:
        """Tokens of some of the cancelled tasks of which files are to be removed now."""
        due = select(task.c.token).where(task.c.clean_at <= self._transactions.now()).order_by(task.c.clean_at)
        with self._transactions.reading() as connection:
            return tuple(connection.execute(due.limit(_MOST_AT_ONCE)).scalars())

    @repeated
    def is_clean(self, token: str) -> bool:
        """Check whether nothing of a task is still to be removed."""
        unclean = select(task.c.token).where(task.c.token == token, task.c.clean_at.is_not(None))
        with self._transactions.reading() as connection:
            return connection.execute(unclean).first() is None

    @repeated
    def has_files(self, token: str) -> bool:
        """Check whether files of a task are at its destinations, as far as it is known."""
        query = select(artifact.c.name).where(artifact.c.task_token == token).limit(1)
        with self._transactions.reading() as connection:
            return connection.execute(query).first() is not None

    @repeated
    def read_unclean(self, token: str) -> Unclean | None:
        """Read what it takes to remove what a cancelled task has put; None if there is nothing to remove."""
        columns = (task.c.query, task.c.key_id, task.c.started_at, task.c.created_at, task.c.cancelled_at)
        query = select(*columns).where(task.c.token == token, task.c.clean_at.is_not(None))
        with self._transactions.reading() as connection:
            row = connection.execute(query).first()
        if row is None or row.query is None:
            return None
        text = self._cipher.decrypt(row.query, token)
        return Unclean(text, row.key_id, row.started_at or row.created_at, row.cancelled_at)

    @repeated
    def forget_artifacts(self, token: str, index: int, names: Collection[str]) -> None:
        """Keep that files of an output are not at its destinations any more."""
        here = and_(artifact.c.task_token == token, artifact.c.output_index == index)
        for some in portions(names):
            with self._transactions.noting() as connection:
                connection.execute(delete(artifact).where(here, artifact.c.name.in_(some)))

    @repeated
    def end_cleaning(self, token: str) -> None:
        """Keep that nothing of a task is to be removed any more, unless something arrived meanwhile."""
        has_files = exists().where(artifact.c.task_token == task.c.token)
        with self._transactions.noting() as connection:
            hold_task(connection, token)
            connection.execute(update(task).where(task.c.token == token, ~has_files).values(clean_at=None))

    @repeated
    def postpone_cleaning(self, token: str, until: datetime | None) -> None:
        """Keep when what is left of a task is to be removed; None if it stays."""
        with self._transactions.noting() as connection:
            connection.execute(update(task).where(_is_unclean(token)).values(clean_at=until))


def _is_unclean(token: str) -> ColumnElement[bool]:
    return and_(task.c.token == token, task.c.clean_at.is_not(None))


def note_arrival(connection: Connection, token: str, now: Any) -> None:
    """Have files removed that arrived after their task was cancelled, in the transaction that records them."""
    late = and_(task.c.token == token, task.c.cancelled_at.is_not(None))
    connection.execute(update(task).where(late).values(clean_at=now))
