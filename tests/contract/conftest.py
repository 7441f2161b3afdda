"""What contract tests of the durable engine work with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstrip.db.database import Database
from fresh_database import fresh_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new database."""
    with fresh_database(tmp_path) as opened:
        yield opened
