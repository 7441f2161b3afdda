"""A fleet of real processes to which everything happens once while it works, and of which nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstrip.testing.seaweedfs import S3Server
from postgresql_server import PostgresqlProcess, PostgresqlServer, missing_postgresql, running_postgresql
from servers import need
from soak.chaos import Chaos
from soak.running import LIVE_SECONDS, Soak

pytestmark = pytest.mark.timeout(600)
TASKS = 200


@pytest.fixture(scope="module")
def own() -> Iterator[tuple[PostgresqlServer, PostgresqlProcess]]:
    """A server that chaos stops and starts."""
    need(missing_postgresql())
    with running_postgresql() as running:
        yield running


def test_everything_happens_once(
    tmp_path: Path, small_video: Path, seaweedfs: S3Server, own: tuple[PostgresqlServer, PostgresqlProcess]
) -> None:
    """Every task ends well and once, every object is there and whole, and nothing else is left."""
    soak = Soak(tmp_path, small_video, seaweedfs, own)
    with soak.fleet as fleet:
        chaos = Chaos(fleet, own[1], seed=1, live_seconds=LIVE_SECONDS)
        report = soak.run(TASKS, Chaos.each_once, chaos)
    assert report.is_good, report
    assert set(report.chaos.values()) == {1}
