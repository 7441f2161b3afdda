"""What contract tests of the durable engine work with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstrip.db.database import Database
from fresh_database import ADDRESS, fresh_database
from postgresql_server import PostgresqlServer


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A new database of each kind."""
    if request.param == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        (tmp_path / ADDRESS).write_text(server.make_database())
    with fresh_database(tmp_path) as opened:
        yield opened
