"""What becomes of the tasks that an earlier service left?"""

from datetime import timedelta
from typing import Any, cast

import pytest

from filmstrip.db.database import Database, utc_now
from filmstrip.db.task_records import Outage
from filmstrip.domain.task import TaskStatus
from filmstrip.jobs.rules.places import Places
from filmstrip.jobs.tasks import journal
from filmstrip.jobs.tasks.handover import begin_again, occupy_places


def test_tasks_whose_outputs_were_begun_have_their_places(database: Database, token: str) -> None:
    """A start takes up no more tasks than may be open; what only waits for a host is not open."""
    places = Places(4)
    occupy_places(database, places)
    assert places.taken() == ()
    database.outputs.advance_outputs(token, [0, 1, 2], TaskStatus.QUEUED)
    occupy_places(database, places)
    assert places.taken() == (token,)
    places.leave(token)
    now = utc_now()
    later = now + timedelta(hours=1)
    for index in range(3):
        database.outages.record_outage(token, index, Outage("it is down", now, later, later, 1, "host:1"))
    occupy_places(database, places)
    assert places.taken() == ()


def test_only_what_has_no_script_is_begun_again(
    database: Database, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade; a script that is there goes on where it was."""
    begun: list[tuple[Any, ...]] = []

    class Durable:
        def enqueue(self, *arguments: object) -> None:
            begun.append(arguments)

    retired: list[object] = []
    monkeypatch.setattr(journal, "retire", retired.extend)
    monkeypatch.setattr(journal, "missing", lambda _identities: set())
    begin_again(database, [token], cast("Any", Durable()))
    assert begun == []
    monkeypatch.setattr(journal, "missing", set)
    begin_again(database, [token], cast("Any", Durable()))
    assert begun == [(None, "run_task", f"{token}.1", (token, "-", 1), "-")]
    assert {"task", "output"} <= set(retired)
