"""Rows of uploads: how far each one is, whose it is, and which request writes to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, exists, func, insert, or_, select, update

from filmstrip.db.keys import is_good
from filmstrip.db.portions import portions
from filmstrip.db.tables import api_key, task, task_upload, upload
from filmstrip.db.transactions import Transactions
from filmstrip.db.upload_records import NewUpload, Upload
from filmstrip.domain.errors import LimitExceededError, UploadNotFoundError
from filmstrip.domain.task import TaskStatus

_IN_USE = exists().where(
    task_upload.c.upload_id == upload.c.id,
    task_upload.c.task_token == task.c.token,
    task.c.status.not_in([TaskStatus.CREATED, TaskStatus.COMPLETED]),
)
_COLUMNS = [column for column in upload.c if column.name not in {"writer", "writer_until"}]


class UploadRows:
    """Uploads."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def create(self, new: NewUpload, *, life: timedelta, most: int) -> Upload:
        """Write down a new upload without any bytes; it belongs to the API key of its task.

        Args:
            new: What the client tells of it.
            life: How long it is kept if nothing comes.
            most: How many uploads the key may have.

        Raises:
            UploadNotFoundError: There is no such task, or its key is revoked.
            LimitExceededError: The key has that many uploads already.
        """
        told = {"task_token": new.task_token, "length": new.length, "metadata": new.metadata, "concat": new.concat}
        with self._transactions.writing() as connection:
            found = _owner(connection, new.task_token, self._transactions.now())
            of_key = select(func.count()).select_from(upload).where(upload.c.key_id == found.key_id)
            if connection.execute(of_key).scalar_one() >= most:
                raise LimitExceededError(f"This API key has {most} uploads: remove some, or wait until some expire")
            row = {
                "id": self._transactions.new_token(),
                "task_token": new.task_token,
                "key_id": found.key_id,
                "offset": 0,
            }
            of_time = {"expires_at": self._transactions.now() + life}
            made = connection.execute(insert(upload).values(row | told | of_time).returning(*_COLUMNS)).one()
        return _upload(made)

    def demand_task(self, token: str) -> None:
        """Make sure that a task exists to which something may be uploaded.

        Raises:
            UploadNotFoundError: There is none, or its key is revoked.
        """
        with self._transactions.reading() as connection:
            _owner(connection, token, self._transactions.now())

    def bytes_of_key(self, key_id: int | None) -> int:
        """Return how many bytes the uploads of an API key have, or will have."""
        each = case((upload.c.length > upload.c.offset, upload.c.length), else_=upload.c.offset)
        total = select(func.coalesce(func.sum(each), 0)).where(upload.c.key_id == key_id)
        with self._transactions.reading() as connection:
            return int(connection.execute(total).scalar_one())

    def find(self, identity: str) -> Upload | None:
        """Read an upload; None if there is none."""
        with self._transactions.reading() as connection:
            row = connection.execute(select(*_COLUMNS).where(upload.c.id == identity)).first()
        return None if row is None else _upload(row)

    def lock(self, identity: str, writer: str, span: timedelta) -> bool:
        """Let a request alone write to an upload for a while; return whether it may."""
        is_free = or_(upload.c.writer.is_(None), upload.c.writer_until < self._transactions.now())
        lock = update(upload).where(upload.c.id == identity, is_free)
        with self._transactions.noting() as connection:
            values = {"writer": writer, "writer_until": self._transactions.now() + span}
            return connection.execute(lock.values(values)).rowcount == 1

    def note(self, present: Upload, writer: str, *, life: timedelta, span: timedelta) -> bool:
        """Write down how far an upload is; return whether the request still has it alone.

        Args:
            present: Its offset, and its length.
            writer: The request.
            life: How long it is kept if nothing more comes.
            span: For how long the request has it alone from now on.
        """
        note = update(upload).where(upload.c.id == present.identity, upload.c.writer == writer)
        values = {
            "offset": present.offset,
            "length": present.length,
            "expires_at": self._transactions.now() + life,
            "writer_until": self._transactions.now() + span,
        }
        with self._transactions.writing() as connection:
            return connection.execute(note.values(values)).rowcount == 1

    def unlock(self, identity: str, writer: str) -> None:
        """Let others write to an upload."""
        unlock = update(upload).where(upload.c.id == identity, upload.c.writer == writer)
        with self._transactions.noting() as connection:
            connection.execute(unlock.values(writer=None, writer_until=None))

    def unlock_all(self) -> None:
        """Let others write to all uploads: the requests of a service that ended are gone."""
        with self._transactions.noting() as connection:
            connection.execute(update(upload).values(writer=None, writer_until=None))

    def delete(self, identity: str) -> bool:
        """Forget an upload, unless a task needs it; return whether it is forgotten."""
        with self._transactions.writing() as connection:
            return connection.execute(delete(upload).where(upload.c.id == identity, ~_IN_USE)).rowcount == 1

    def forget_expired(self) -> tuple[str, ...]:
        """Forget the uploads that have expired and that no task needs; return which."""
        is_over = and_(upload.c.expires_at < self._transactions.now(), ~_IN_USE)
        with self._transactions.reading() as connection:
            if connection.execute(select(upload.c.id).where(is_over)).first() is None:
                return ()
        with self._transactions.writing() as connection:
            return tuple(connection.execute(delete(upload).where(is_over).returning(upload.c.id)).scalars())

    def existing(self, identities: Collection[str]) -> set[str]:
        """Return which of some uploads there are."""
        asked = [select(upload.c.id).where(upload.c.id.in_(some)) for some in portions(identities)]
        with self._transactions.reading() as connection:
            return {identity for each in asked for identity in connection.execute(each).scalars()}


def _owner(connection: Connection, token: str, now: datetime) -> Row[Any]:
    owner = select(task.c.key_id).outerjoin(api_key, task.c.key_id == api_key.c.id)
    found = connection.execute(owner.where(task.c.token == token, *is_good(now))).first()
    if found is None:
        raise UploadNotFoundError("There is no such task: create_task tells where to upload")
    return found


def _upload(row: Any) -> Upload:
    return Upload(row.id, row.task_token, row.key_id, row.offset, row.length, row.metadata, row.concat, row.expires_at)
