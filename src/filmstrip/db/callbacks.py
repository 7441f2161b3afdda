"""Events that receivers are to be told of: written in the transaction of what happened, removed when they are told.

an event ──> due ── told ──────────────────────> removed
              │ ▲
a try failed ─┘ └─ asked for again ── given up ─> removed after a while

Those of one task are told one after the other: the next one waits until the one before was told or given up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from filmstrip.db.callback_records import SAVED, Callback, CallbackTarget, NewEvent
from filmstrip.db.encryption import Cipher
from filmstrip.db.portions import portions
from filmstrip.db.tables import callback, task
from filmstrip.db.transactions import Transactions
from filmstrip.domain.hosts import host_of
from filmstrip.domain.task import TaskStatus

_targets: TypeAdapter[CallbackTarget] = TypeAdapter(CallbackTarget)
_MOST_AT_ONCE = 500

OnNoted = Callable[[Connection, Callback, int | None], object]
"""Is told within the transaction of the first of the events that were noted together, and of its task's API key."""


class CallbackRows:
    """Callbacks.

    Attributes:
        on_noted: Begins to tell what was noted; nothing does before it is set.
    """

    def __init__(self, transactions: Transactions, cipher: Cipher) -> None:
        """Prepare them.

        Args:
            transactions: Those of the database.
            cipher: Encrypts where receivers are.
        """
        self._transactions = transactions
        self._cipher = cipher
        self.on_noted: OnNoted = lambda _connection, _first, _key_id: None

    def encrypt(self, target: CallbackTarget | None, token: str) -> bytes | None:
        """Write where a task's events are told, as its row keeps it."""
        return (
            None
            if target is None
            else self._cipher.encrypt(_targets.dump_json(target).decode(), owner_of_target(token))
        )

    def note(self, connection: Connection, token: str, *events: NewEvent) -> None:
        """Keep what happened to a task until its receiver was told, in the caller's transaction."""
        target = self._target(connection, token)
        if target is None:
            return
        if any(event.name == SAVED and event.tag is None for event in events):
            # Nothing comes after it that could be waited for: what waits is tried at once, and then its turn.
            waiting = and_(callback.c.task_token == token, callback.c.due_at > self._transactions.now())
            connection.execute(update(callback).where(waiting).values(due_at=self._transactions.now()))
        noted = [
            _callback(connection.execute(insert(callback).values(row).returning(callback)).one())
            for event in events
            if event.tag is None or target.with_streams
            for row in [self._row(token, host_of(target.url), event)]
        ]
        if noted:
            self.on_noted(connection, noted[0], _key_of(connection, token))

    def _row(self, token: str, host: str, event: NewEvent) -> dict[str, object]:
        now = self._transactions.now()
        return {
            "event_id": ".".join(part for part in (token, event.tag, event.name) if part),
            "task_token": token,
            "event": event.name,
            "tag": event.tag,
            "user_tag": event.user_tag,
            "detail": event.detail,
            "host": host,
            "created_at": now,
            "since": now,
            "due_at": now,
            "tries": 0,
            "rounds": 0,
            "is_asked_for": False,
            "is_refused": False,
        }

    def read_target(self, token: str) -> CallbackTarget | None:
        """Read where a task's events are told; None if nowhere, or if it cannot be read. It may hold secrets."""
        with self._transactions.reading() as connection:
            return self._target(connection, token)

    def _target(self, connection: Connection, token: str) -> CallbackTarget | None:
        kept = connection.execute(select(task.c.callback).where(task.c.token == token)).scalar()
        try:
            return None if kept is None else _targets.validate_json(self._cipher.decrypt(kept, owner_of_target(token)))
        except InvalidTag:
            return None  # A backup was put back with another secret key: that must keep no task from ending.

    def next_of(self, token: str) -> Callback | None:
        """Read the first event of a task that is still to be told; None if all are told or given up."""
        pending = and_(callback.c.task_token == token, callback.c.due_at.is_not(None))
        with self._transactions.reading() as connection:
            row = connection.execute(select(callback).where(pending).order_by(callback.c.number).limit(1)).first()
        return None if row is None else _callback(row)

    def claim(self, wanted: Callback, executor_id: str) -> bool:
        """Let an executor tell an event that none tells at the moment; return whether it may."""
        free = or_(callback.c.claimed_by.is_(None), callback.c.claimed_by == executor_id)
        claiming = update(callback).where(*_same(wanted), free).values(claimed_by=executor_id)
        with self._transactions.noting() as connection:
            return connection.execute(claiming).rowcount == 1

    def release_claims(self, executor_id: str) -> None:
        """Let others tell what an executor was telling when it died."""
        releasing = update(callback).where(callback.c.claimed_by == executor_id).values(claimed_by=None)
        with self._transactions.noting() as connection:
            connection.execute(releasing)

    def forget(self, told: Callback) -> None:
        """Remove an event that was told, and where it was told once the task has no other and will have none."""
        with self._transactions.noting() as connection:
            connection.execute(delete(callback).where(callback.c.number == told.number))
            _forget_targets(connection, [told.token])

    def postpone(self, failed: Callback, due_at: datetime, reason: str, *, is_refused: bool = False) -> None:
        """Keep that a try failed, and when the next one is."""
        self._set(failed, tries=failed.tries + 1, due_at=due_at, reason=reason, is_refused=is_refused)

    def give_up(self, failed: Callback) -> None:
        """Keep that an event is not tried again by itself; it stays for being asked for."""
        self._set(failed, due_at=None, given_up_at=self._transactions.now())

    def is_waited_for(self, earlier: Callback) -> bool:
        """Check whether events of the same task are to be told after one that is to be told."""
        later = and_(callback.c.task_token == earlier.token, callback.c.number > earlier.number)
        query = select(callback.c.number).where(later, callback.c.due_at.is_not(None)).limit(1)
        with self._transactions.reading() as connection:
            return connection.execute(query).first() is not None

    def _set(self, here: Callback, **values: object) -> None:
        # Whoever began it again meanwhile counts anew.
        with self._transactions.noting() as connection:
            connection.execute(update(callback).where(*_same(here)).values({**values, "claimed_by": None}))

    def list_all(self) -> tuple[Callback, ...]:
        """Read all events that are still to be told or were given up, in their order."""
        with self._transactions.reading() as connection:
            return tuple(_callback(row) for row in connection.execute(select(callback).order_by(callback.c.number)))

    def ask_for(self, event_ids: Collection[str] | None) -> tuple[str, ...]:
        """Ask the service to begin to tell events again, None for all; return those that there are."""
        here = callback.c.number.is_not(None) if event_ids is None else callback.c.event_id.in_(tuple(event_ids))
        with self._transactions.writing() as connection:
            asked = update(callback).where(here).values(is_asked_for=True).returning(callback.c.event_id)
            return tuple(connection.execute(asked).scalars())

    def asked_for(self) -> tuple[Callback, ...]:
        """Read some of the events that are to be begun again, in their order."""
        return self._some(callback.c.is_asked_for.is_(True))

    def overdue(self, before: datetime) -> tuple[Callback, ...]:
        """Read some of the events that should have been tried before a moment, none that waits for another."""
        earlier = callback.alias("earlier")
        waits = select(earlier.c.number).where(
            earlier.c.task_token == callback.c.task_token,
            earlier.c.due_at.is_not(None),
            earlier.c.number < callback.c.number,
        )
        return self._some(and_(callback.c.due_at < before, ~waits.exists()))

    def _some(self, condition: Any) -> tuple[Callback, ...]:
        query = select(callback).where(condition).order_by(callback.c.number).limit(_MOST_AT_ONCE)
        with self._transactions.reading() as connection:
            return tuple(_callback(row) for row in connection.execute(query))

    def begin_again(self, asked: Callback) -> None:
        """Begin to tell an event as if it had just happened."""
        now = self._transactions.now()
        values: dict[str, object] = {
            "since": now,
            "due_at": now,
            "given_up_at": None,
            "tries": 0,
            "is_asked_for": False,
            "is_refused": False,
            "claimed_by": None,
        }
        again = update(callback).where(callback.c.number == asked.number)
        with self._transactions.writing() as connection:
            values["rounds"] = callback.c.rounds + 1
            row = connection.execute(again.values(values).returning(callback)).first()
            if row is not None:
                self.on_noted(connection, _callback(row), _key_of(connection, row.task_token))

    def forget_kept(self, before: datetime, most: int) -> int:
        """Remove events that were given up before a moment, and the oldest of more than so many; return how many."""
        kept = callback.c.given_up_at.is_not(None)
        newest = select(callback.c.number).where(kept).order_by(callback.c.number.desc())
        surplus = newest.offset(most)
        expired = and_(kept, callback.c.given_up_at < before)
        with self._transactions.reading() as connection:
            count = connection.execute(select(func.count()).select_from(callback).where(kept)).scalar_one()
            if count <= most and connection.execute(select(callback.c.number).where(expired).limit(1)).first() is None:
                return 0
        with self._transactions.noting() as connection:
            gone = delete(callback).where(expired | callback.c.number.in_(surplus)).returning(callback.c.task_token)
            tokens = list(connection.execute(gone).scalars())
            _forget_targets(connection, tokens)
        return len(tokens)


def _same(known: Callback) -> tuple[ColumnElement[bool], ...]:
    return callback.c.number == known.number, callback.c.rounds == known.rounds


def owner_of_target(token: str) -> str:
    """Return what the receiver of a task is encrypted for."""
    return f"{token}.callback"


def _key_of(connection: Connection, token: str) -> int | None:
    return connection.execute(select(task.c.key_id).where(task.c.token == token)).scalar()


def _forget_targets(connection: Connection, tokens: Collection[str]) -> None:
    """Forget where the events of final tasks were told if none is left of them."""
    left = select(callback.c.number).where(callback.c.task_token == task.c.token)
    for some in portions(tokens):
        over = and_(task.c.token.in_(some), task.c.status == TaskStatus.COMPLETED, ~left.exists())
        connection.execute(update(task).where(over).values(callback=None))


def _callback(row: Any) -> Callback:
    return Callback(
        number=row.number,
        event_id=row.event_id,
        token=row.task_token,
        event=row.event,
        host=row.host,
        created_at=row.created_at,
        since=row.since,
        due_at=row.due_at,
        tries=row.tries,
        rounds=row.rounds,
        is_asked_for=row.is_asked_for,
        reason=row.reason,
        is_refused=row.is_refused,
        tag=row.tag,
        user_tag=row.user_tag,
        detail=row.detail,
    )
