"""What each API key had made, day by day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from api_harness import Clock
from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, Source, Submission
from filmstrip.db.usage import Usage
from filmstrip.domain.artifact import MediaKind, OutputResult
from filmstrip.domain.media_info import MediaInfo
from fresh_database import ADDRESS, fresh_database
from postgresql_server import PostgresqlServer
from stream_facts import VIDEO as STREAM

VIDEO = OutputResult(MediaKind.VIDEO, "mp4", "", ("",), 5_000_000, "mp4", Fraction(30))
PICTURES = OutputResult(MediaKind.IMAGE, "thumbnails", "a.vtt", ("a.jpg",), 70_000, "image", meta={"count": 12})
PICTURE = OutputResult(MediaKind.IMAGE, "thumbnail", "a.jpg", ("a.jpg",), 1_000, "image", meta={"width": 64})


def _ended(database: Database, key_id: int | None, *results: OutputResult | None, error: str | None = None) -> str:
    """Run a task whose outputs ended with these results; None for one that failed."""
    token = database.tasks.create_task(key_id)
    outputs = tuple(NewOutput("x", MediaKind.VIDEO, f"tag-{number}", None) for number, _ in enumerate(results))
    database.tasks.submit_task(token, Submission("{}", outputs), lambda _connection: None)
    database.tasks.record_source(token, Source(MediaInfo("mov", Fraction(60), Fraction(0), 1000, STREAM), None, None))
    for index, result in enumerate(results):
        if result is None:
            database.outputs.fail_output(token, index, "It could not be made")
        else:
            database.outputs.finish_output(token, index, result, ())
    database.tasks.finish_task(token, error)
    return token


@pytest.fixture(params=["sqlite", "postgresql"])
def clocked(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    clock = Clock()
    if request.param == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        (tmp_path / ADDRESS).write_text(server.make_database())
    with fresh_database(tmp_path, clock) as database:
        yield database, clock


def test_what_was_made_is_added_up(clocked: tuple[Database, Clock]) -> None:
    """By the key and the day on which tasks ended; what failed has no files, and its source counts."""
    database, clock = clocked
    shop, other = (database.keys.create_key(name)[0].id for name in ("shop", "other"))
    today = database.tasks.read_tasks([_ended(database, shop, VIDEO, PICTURES)]).popitem()[1].finished_at
    assert today is not None
    _ended(database, shop, PICTURE, None, error="x: It could not be made")
    _ended(database, other, VIDEO)
    _ended(database, None, PICTURE)
    clock.advance(hours=24)
    token = _ended(database, shop, VIDEO)
    database.tasks.finish_task(token, None)
    cancelled = database.tasks.create_task(other)
    database.tasks.submit_task(
        cancelled, Submission("{}", (NewOutput("x", MediaKind.VIDEO, "tag", None),)), lambda _connection: None
    )
    assert [database.cancellations.cancel_task(cancelled) for _ in range(2)] == [True, False]
    first, second = today.date(), date.fromordinal(today.date().toordinal() + 1)
    shop_first = Usage(first, "shop", 2, 1, 120.0, 30.0, 5_071_000, 13)
    shop_second = Usage(second, "shop", 1, 0, 60.0, 30.0, 5_000_000, 0)
    others = [Usage(first, "other", 1, 0, 60.0, 30.0, 5_000_000, 0), Usage(first, None, 1, 0, 60.0, 0.0, 1_000, 1)]
    other_second = Usage(second, "other", 1, 1, 0.0, 0.0, 0, 0)
    assert set(database.usage.read()) == {shop_first, *others, shop_second, other_second}
    assert database.usage.read(since=second) == (other_second, shop_second)
    assert database.usage.read(until=first, key_name="shop") == (shop_first,)
    assert database.usage.read(key_name="nobody") == ()
