"""A database with a clock that tests move."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from filmstrip.db.database import Database
from fresh_database import fresh_database


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2031, 5, 2, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path, clock: Clock) -> Iterator[Database]:
    with fresh_database(tmp_path, clock) as opened:
        yield opened
