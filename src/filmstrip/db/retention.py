"""What is forgotten after a while: in portions, each a short transaction, so that nobody waits for it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select, update

from filmstrip.db.tables import task
from filmstrip.db.transactions import Transactions

_PORTION = 200


class RetentionRows:
    """What is kept for a while."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def forget_queries(self) -> int:
        """Forget the queries of ended tasks that are not kept any longer; return how many.

        One that it takes to remove files is kept as long as that.
        """
        over = and_(task.c.query_until <= self._transactions.now(), task.c.clean_at.is_(None))
        count = 0
        while tokens := self._some(over):
            with self._transactions.noting() as connection:
                forget = update(task).where(task.c.token.in_(tokens), over)
                count += connection.execute(forget.values(query=None, query_until=None)).rowcount
        return count

    def _some(self, condition: ColumnElement[bool]) -> tuple[str, ...]:
        query = select(task.c.token).where(condition).limit(_PORTION)
        with self._transactions.reading() as connection:
            return tuple(connection.execute(query).scalars())
