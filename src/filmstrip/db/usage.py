"""What each API key had made, day by day: counted as each task ends, and kept when that is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite

from filmstrip.db.tables import api_key, output, task, usage
from filmstrip.db.transactions import Transactions
from filmstrip.domain.artifact import MediaKind, OutputResult

OPERATOR = 0
"""Stands for the tasks of the operator's own, which no key has."""

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class Usage:
    """What one API key had made on one day, in UTC.

    Attributes:
        day: When the tasks ended.
        key_name: Name of the key; None for the operator's own tasks.
        tasks: How many ended, those that failed included.
        failed_tasks: How many of them failed, or were cancelled.
        source_seconds: Length of their sources together, each counted once for its task.
        output_seconds: Length of the videos and sounds that were made, together.
        size_bytes: Bytes of all files that were made.
        pictures: How many pictures were made: thumbnails and single ones.
    """

    day: date
    key_name: str | None
    tasks: int
    failed_tasks: int
    source_seconds: float
    output_seconds: float
    size_bytes: int
    pictures: int


def count_usage(connection: Connection, token: str, ended_at: datetime, *, is_failed: bool) -> None:
    """Count a task that ends, in the transaction that ends it, once."""
    found = connection.execute(select(task.c.key_id, task.c.source).where(task.c.token == token)).one()
    made: list[OutputResult] = [each for each in connection.execute(_results(token)).scalars() if each is not None]
    new = {
        "tasks": 1,
        "failed_tasks": int(is_failed),
        "source_seconds": float(found.source.info.duration_seconds) if found.source else 0.0,
        "output_seconds": sum(float(each.duration_seconds or 0) for each in made),
        "size_bytes": sum(each.size_bytes for each in made),
        "pictures": sum(map(_pictures, made)),
    }
    # Both dialects have the same words for it, and a class each.
    adding = cast("sqlite.Insert", _INSERTS[connection.dialect.name](usage))
    adding = adding.values(key_id=found.key_id or OPERATOR, day=ended_at.date().isoformat(), **new)
    together = {name: usage.c[name] + adding.excluded[name] for name in new}
    connection.execute(adding.on_conflict_do_update(index_elements=["key_id", "day"], set_=together))


def _results(token: str) -> Select[Any]:
    return select(output.c.result).where(output.c.task_token == token, output.c.error.is_(None))


def _pictures(made: OutputResult) -> int:
    if made.kind is not MediaKind.IMAGE:
        return 0
    count = made.meta.get("count", 1)
    return count if isinstance(count, int) else 1


class UsageRows:
    """What was made, day by day."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def read(
        self, since: date | None = None, until: date | None = None, key_name: str | None = None
    ) -> tuple[Usage, ...]:
        """Read days, the first one first.

        Args:
            since: The first day; None for all.
            until: The last day; None for all.
            key_name: Of this key alone; None for all. Keys of one name, of which all but one are revoked, are one.
        """
        sums = [func.sum(column).label(column.name) for column in usage.c if column.name not in {"key_id", "day"}]
        query = select(usage.c.day, api_key.c.name, *sums).select_from(
            usage.outerjoin(api_key, usage.c.key_id == api_key.c.id)
        )
        if since is not None:
            query = query.where(usage.c.day >= since.isoformat())
        if until is not None:
            query = query.where(usage.c.day <= until.isoformat())
        if key_name is not None:
            query = query.where(api_key.c.name == key_name)
        query = query.group_by(usage.c.day, api_key.c.name).order_by(usage.c.day, api_key.c.name)
        with self._transactions.reading() as connection:
            return tuple(
                Usage(
                    date.fromisoformat(row.day),
                    row.name,
                    int(row.tasks),
                    int(row.failed_tasks),
                    float(row.source_seconds),
                    float(row.output_seconds),
                    int(row.size_bytes),
                    int(row.pictures),
                )
                for row in connection.execute(query)
            )
