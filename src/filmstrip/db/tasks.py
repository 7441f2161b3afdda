"""Rows of tasks, from the token to the end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, insert, select, update

from filmstrip.db.callback_records import ERROR, QUEUED, SAVED, NewEvent
from filmstrip.db.callbacks import CallbackRows
from filmstrip.db.encryption import Cipher
from filmstrip.db.event_records import ENDED, FAILED, RESTARTED, SUBMITTED, WARNED, TaskEvent
from filmstrip.db.events import EventRows
from filmstrip.db.holding import hold_task
from filmstrip.db.keys import is_good, note_use
from filmstrip.db.portions import portions
from filmstrip.db.tables import api_key, output, task, task_upload
from filmstrip.db.task_reading import list_tasks, read_tasks
from filmstrip.db.task_records import NewOutput, Source, Submission, TaskFilter, TaskRecord
from filmstrip.db.transactions import Transactions, repeated
from filmstrip.db.usage import count_usage
from filmstrip.domain.artifact import Warned
from filmstrip.domain.errors import DatabaseAwayError, LimitExceededError, TokenNotFoundError
from filmstrip.domain.task import TaskStatus, may_follow

_IS_OPEN = task.c.status.not_in([TaskStatus.CREATED, TaskStatus.COMPLETED])
_NOT_BEGUN = {TaskStatus.CREATED, TaskStatus.DOWNLOADING, TaskStatus.COMPLETED}
_NOT_MADE = "The output was not made"

Sequel = Callable[[Connection], tuple[Warned, NewEvent]]
"""Does what follows from the end of a task, in its transaction; returns what client and receiver are told of it."""


class TaskRows:
    """Tasks.

    Attributes:
        cell: Two hexadecimal digits with which the tokens of new tasks begin; "" for any.
    """

    def __init__(self, transactions: Transactions, cipher: Cipher, callbacks: CallbackRows, events: EventRows) -> None:
        """Prepare them.

        Args:
            transactions: Those of the database.
            cipher: Encrypts the queries.
            callbacks: Keep what happens to tasks until their receivers were told.
            events: Keep what happens to tasks.
        """
        self._events = events
        self.cell = ""
        self._transactions = transactions
        self._cipher = cipher
        self._callbacks = callbacks

    def create_task(self, key_id: int | None, most_waiting: int | None = None) -> str:
        """Make a task that waits for its query; gives its token, 32 lower-case hexadecimal digits.

        Args:
            key_id: The API key that makes it.
            most_waiting: How many tasks of this key may wait for their query, None for any number.

        Raises:
            LimitExceededError: That many wait already.
        """
        token = self._new_token()
        row = {"token": token, "key_id": key_id, "status": TaskStatus.CREATED, "created_at": self._transactions.now()}
        with self._transactions.writing() as connection:
            if most_waiting is not None:
                self._demand_room(connection, key_id, most_waiting)
            connection.execute(insert(task).values(warnings=(), is_at_work=False, interruptions=0, **row))
            note_use(connection, key_id, self._transactions.now())
        return token

    def _new_token(self) -> str:
        return self.cell + self._transactions.new_token()[len(self.cell) :]

    def _demand_room(self, connection: Connection, key_id: int | None, most_waiting: int) -> None:
        waiting = and_(task.c.status == TaskStatus.CREATED, task.c.key_id == key_id)
        count = connection.execute(select(func.count()).select_from(task).where(waiting)).scalar_one()
        if count >= most_waiting:
            raise LimitExceededError(
                f"{count} tasks of this API key wait for their query: start some, then create more"
            )

    def key_of_waiting(self, token: str) -> int | None:
        """Return the API key of a task that waits for its query; None for a task of the operator's own.

        Raises:
            TokenNotFoundError: There is no such task, it was started already, or its key is good no more.
        """
        waiting = (task.c.token == token, task.c.status == TaskStatus.CREATED, *is_good(self._transactions.now()))
        query = select(task.c.key_id).outerjoin(api_key, task.c.key_id == api_key.c.id).where(*waiting)
        with self._transactions.reading() as connection:
            found = connection.execute(query).first()
        if found is None:
            raise TokenNotFoundError("Token not found")
        return None if found.key_id is None else int(found.key_id)

    def note_refusal(self, token: str, reason: str) -> None:
        """Write down why the query of a task was refused; it still waits for a better one."""
        refuse = update(task).where(task.c.token == token, task.c.status == TaskStatus.CREATED)
        with self._transactions.noting() as connection:
            connection.execute(refuse.values(error=reason))

    def submit_task(self, token: str, submission: Submission, enqueue: Callable[[Connection], object]) -> None:
        """Start a task: its query, its outputs and whatever `enqueue` writes, in one transaction.

        Raises:
            TokenNotFoundError: There is no such task, or it was started already.
        """
        started_at = self._transactions.now()

        def submit() -> None:
            with self._transactions.writing() as connection:
                self._start(connection, token, submission, enqueue, started_at)

        try:
            submit()
        except DatabaseAwayError as error:
            # It may have been committed, and only the answer was lost: then its client must not hear that it failed.
            if error.was_waited_for:
                raise
            if not self._was_started(token, started_at):
                submit()

    def _was_started(self, token: str, started_at: datetime) -> bool:
        query = select(task.c.token).where(task.c.token == token, task.c.started_at == started_at)
        with self._transactions.reading() as connection:
            return connection.execute(query).first() is not None

    def restart_task(
        self,
        connection: Connection,
        token: str,
        submission: Submission,
        enqueue: Callable[[Connection, str], object],
    ) -> str:
        """Start a new task of the same API key for one that failed, in the caller's transaction; return its token.

        The old one's query is forgotten: it is the new one's now.

        Args:
            connection: Has the transaction.
            token: The task that failed.
            submission: What the new one consists of.
            enqueue: Writes whatever makes the task of a token run.
        """
        new = self._new_token()
        key_id = connection.execute(select(task.c.key_id).where(task.c.token == token)).scalar()
        row = {"token": new, "key_id": key_id, "status": TaskStatus.CREATED, "created_at": self._transactions.now()}
        values = {"warnings": (), "is_at_work": False, "interruptions": 0, "restart_of": token}
        connection.execute(insert(task).values(**row, **values))
        connection.execute(update(task).where(task.c.token == token).values(query=None, query_until=None))
        self._events.note(connection, token, TaskEvent(RESTARTED, None, new))
        self._start(connection, new, submission, lambda within: enqueue(within, new), self._transactions.now())
        return new

    def _start(
        self,
        connection: Connection,
        token: str,
        submission: Submission,
        enqueue: Callable[[Connection], object],
        started_at: datetime,
    ) -> None:
        start = update(task).where(task.c.token == token, task.c.status == TaskStatus.CREATED)
        values = {
            "status": TaskStatus.DOWNLOADING,
            "started_at": started_at,
            "payload": submission.payload,
            "query": self._cipher.encrypt(submission.query, token),
            "query_shown": submission.query_shown,
            "warnings": submission.warnings,
            "callback": self._callbacks.encrypt(submission.callback, token),
            "error": None,
        }
        if connection.execute(start.values(values)).rowcount != 1:
            raise TokenNotFoundError("Token not found")
        connection.execute(insert(output), [_new_output(token, *new) for new in enumerate(submission.outputs)])
        if submission.upload_ids:
            uploads = [{"upload_id": identity, "task_token": token} for identity in submission.upload_ids]
            connection.execute(insert(task_upload), uploads)
        enqueue(connection)
        self._events.note(connection, token, TaskEvent(SUBMITTED))
        self._callbacks.note(connection, token, NewEvent(QUEUED))

    @repeated
    def read_query(self, token: str) -> str:
        """Read the JSON text of a task's query. It holds secrets.

        Raises:
            TokenNotFoundError: There is no such task, it was not started, or it is final.
        """
        query = select(task.c.query).where(task.c.token == token, _IS_OPEN)
        with self._transactions.reading() as connection:
            encrypted = connection.execute(query).scalar()
        if encrypted is None:
            raise TokenNotFoundError("Token not found")
        return self._cipher.decrypt(encrypted, token)

    @repeated
    def read_shown_query(self, token: str) -> str | None:
        """Read the JSON text of a task's query without secrets; None if it has none."""
        query = select(task.c.query_shown).where(task.c.token == token)
        with self._transactions.reading() as connection:
            found: str | None = connection.execute(query).scalar()
        return found

    @repeated
    def read_tasks(self, tokens: Iterable[str]) -> dict[str, TaskRecord]:
        """Read tasks with their outputs; unknown tokens are left out."""
        with self._transactions.reading() as connection:
            return read_tasks(connection, tokens)

    def list_tasks(self, wanted: TaskFilter) -> tuple[tuple[TaskRecord, ...], int]:
        """Read a page of tasks, and how many there are on all pages."""
        with self._transactions.reading() as connection:
            return list_tasks(connection, wanted)

    @repeated
    def unfinished_tasks(self) -> tuple[str, ...]:
        """Tokens of the tasks that were started and are not final, oldest first."""
        with self._transactions.reading() as connection:
            return tuple(connection.execute(select(task.c.token).where(_IS_OPEN).order_by(task.c.started_at)).scalars())

    @repeated
    def unfinished_among(self, tokens: Collection[str]) -> set[str]:
        """Return which of some tasks were started and are not final."""
        asked = [select(task.c.token).where(task.c.token.in_(some), _IS_OPEN) for some in portions(tokens)]
        with self._transactions.reading() as connection:
            return {token for each in asked for token in connection.execute(each).scalars()}

    @repeated
    def begun_tasks(self) -> tuple[str, ...]:
        """Tokens of the tasks whose outputs were begun and that are not final."""
        begun = [status for status in TaskStatus if status not in _NOT_BEGUN]
        with self._transactions.reading() as connection:
            return tuple(connection.execute(select(task.c.token).where(task.c.status.in_(begun))).scalars())

    @repeated
    def is_unfinished(self, token: str) -> bool:
        """Check whether a task was started and is not final."""
        query = select(task.c.token).where(task.c.token == token, _IS_OPEN)
        with self._transactions.reading() as connection:
            return connection.execute(query).first() is not None

    @repeated
    def record_source(self, token: str, source: Source) -> None:
        """Keep what is known of a task's source."""
        with self._transactions.noting() as connection:
            connection.execute(update(task).where(task.c.token == token).values(source=source))

    @repeated
    def read_source(self, token: str) -> Source | None:
        """Read what is known of a task's source; None before it was probed."""
        with self._transactions.reading() as connection:
            found: Source | None = connection.execute(select(task.c.source).where(task.c.token == token)).scalar()
        return found

    @repeated
    def add_warnings(self, token: str, warnings: Iterable[Warned]) -> None:
        """Warn the client of something; what was told already, as by a repeated step, is not told twice."""
        if not (warnings := tuple(warnings)):
            return
        with self._transactions.noting() as connection:
            hold_task(connection, token)
            self._events.note(connection, token, *_events_of(add_warnings(connection, token, warnings)))

    def finish_task(
        self, token: str, error: str | None = None, sequel: Sequel | None = None, keep_query_hours: float = 0
    ) -> bool:
        """End a task, with the reason if it failed. Tells whether it was this call that did.

        Outputs that did not end by themselves fail with it.

        Args:
            token: The task.
            error: Why it failed, None if it did not.
            sequel: What follows from its end.
            keep_query_hours: How long its query is kept if it failed, so that it can be begun again; else it is
                forgotten at once.
        """
        now = self._transactions.now()
        final = {"status": TaskStatus.COMPLETED, "finished_at": now, "outage": None}
        open_outputs = and_(output.c.task_token == token, output.c.status != TaskStatus.COMPLETED)
        open_task = and_(task.c.token == token, task.c.status != TaskStatus.COMPLETED)
        with self._transactions.writing() as connection:
            hold_task(connection, token)
            failing = update(output).where(open_outputs).values(error=error or _NOT_MADE, **final)
            failed = connection.execute(failing.returning(output.c.error, output.c.tag, output.c.user_tag)).all()
            ending = update(task).where(open_task).values(error=error, **final)
            if error is None or not keep_query_hours:
                ending = ending.values(query=None)
            else:
                ending = ending.values(query_until=now + timedelta(hours=keep_query_hours))
            ended = connection.execute(ending)
            if has_ended := ended.rowcount == 1:
                of_outputs = (NewEvent(ERROR, *row) for row in failed)
                events = [*of_outputs] if error is None else [*of_outputs, NewEvent(ERROR, error)]
                if sequel is not None:
                    warned, event = sequel(connection)
                    add_warnings(connection, token, (warned,))
                    events.append(event)
                self._events.note(connection, token, TaskEvent(ENDED if error is None else FAILED, None, error))
                self._callbacks.note(connection, token, *events, NewEvent(SAVED))
                count_usage(connection, token, now, is_failed=error is not None)
        return has_ended


def _events_of(warnings: Iterable[Warned]) -> Iterator[TaskEvent]:
    return (TaskEvent(WARNED, None, ": ".join(filter(None, (each.message, each.details)))) for each in warnings)


def add_warnings(connection: Connection, token: str, warnings: Iterable[Warned]) -> tuple[Warned, ...]:
    """Warn the client of something, inside the caller's transaction, which holds the task; return what is new."""
    told = connection.execute(select(task.c.warnings).where(task.c.token == token)).scalar_one()
    together = tuple(dict.fromkeys((*told, *warnings)))
    if together != told:
        connection.execute(update(task).where(task.c.token == token).values(warnings=together))
    return together[len(told) :]


def advance_task(connection: Connection, token: str, status: TaskStatus) -> None:
    """Move a task forward, inside the caller's transaction; a step back is ignored."""
    before = [state for state in TaskStatus if state is not status and may_follow(state, status)]
    here = and_(task.c.token == token, task.c.status.in_(before))
    connection.execute(update(task).where(here).values(status=status))


def _new_output(token: str, index: int, new: NewOutput) -> Mapping[str, object]:
    return {
        "task_token": token,
        "output_index": index,
        "output_name": new.output_name,
        "kind": new.kind,
        "tag": new.tag,
        "user_tag": new.user_tag,
        "status": TaskStatus.DOWNLOADING,
        "progress": 0.0,
        "locations": (),
        "is_at_work": False,
        "interruptions": 0,
    }
