"""What waits and runs, counted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from api_harness import Clock
from filmstrip.db.backlog import OpenTasks
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from filmstrip.domain.task import TaskStatus
from fresh_database import fresh_database


def test_open_tasks_are_counted_by_key_and_state(tmp_path: Path) -> None:
    """Those that wait for their query do not count, nor those that ended; the oldest is told by when it was started."""
    clock = Clock()
    with fresh_database(tmp_path, clock) as database:
        shop, other = (database.keys.create_key(name)[0].id for name in ("shop", "other"))

        def start(key_id: int | None) -> str:
            token = database.tasks.create_task(key_id)
            outputs = (NewOutput("mp4", MediaKind.VIDEO, "video-0-0-0", None),)
            database.tasks.submit_task(token, Submission("{}", outputs), lambda _connection: None)
            return token

        start(shop)
        clock.advance(seconds=30)
        start(shop)
        ended = start(other)
        start(None)
        database.tasks.create_task(other)
        database.tasks.finish_task(ended, None)
        clock.advance(seconds=5)
        backlog = database.backlog.read()
        assert backlog.live_workers is None
        assert backlog.callbacks == 0
        assert set(backlog.tasks) == {
            OpenTasks("shop", TaskStatus.DOWNLOADING, 2, timedelta(seconds=35).total_seconds()),
            OpenTasks("-", TaskStatus.DOWNLOADING, 1, 5.0),
        }
