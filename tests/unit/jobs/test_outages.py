"""How long is a host waited for that does not answer?"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from filmstrip.db.database import Database, utc_now
from filmstrip.db.task_records import Outage, OutputRecord
from filmstrip.domain.artifact import MediaKind
from filmstrip.domain.errors import DiskFullError, NoRoomError
from filmstrip.domain.task import TaskStatus
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks import outages
from filmstrip.jobs.tasks.outages import FULL, NO_ROOM, OutageError, Outages, is_active, outage_of

ERROR = OutageError("it is down", "host:1")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time, which the test sets."""
    times = [utc_now()]
    monkeypatch.setattr(outages, "utc_now", lambda: times[0])
    return times


def waiting(database: Database) -> Outages:
    return Outages(database, JobSettings(Path("work"), retry_seconds=60, outage_seconds=3600))


async def tries(database: Database, token: str, clock: list[datetime], index: int | None) -> list[float]:
    """Fail as often as there is patience; tell the pauses."""
    pauses = []
    while (pause := await waiting(database).wait_for(token, index, ERROR)) is not None:
        pauses.append(pause)
        clock[0] += timedelta(seconds=pause)
    return pauses


@pytest.mark.parametrize("index", [None, 0])
async def test_an_unknown_host_has_a_minute(
    database: Database, token: str, clock: list[datetime], index: int | None
) -> None:
    """Pauses grow, the last try is when the time is over, and nothing is left to wait for then."""
    pauses = await tries(database, token, clock, index)
    assert pauses == [1, 2, 4, 8, 16, 29]
    assert database.outages.read_outage(token, index) is None


async def test_a_known_host_has_an_hour(database: Database, token: str, clock: list[datetime]) -> None:
    """A host that answered in this task is tried once a minute."""
    database.outages.record_answer(token, ERROR.host)
    pauses = await tries(database, token, clock, 0)
    assert sum(pauses) == 3600
    assert max(pauses) == 60
    assert pauses[-2] == 60


async def test_a_success_in_between_begins_anew(database: Database, token: str, clock: list[datetime]) -> None:
    """The patience is for one outage, not for all of a task."""
    for _ in range(5):
        clock[0] += timedelta(seconds=50)
        assert await waiting(database).wait_for(token, 0, ERROR) is not None
        database.outages.end_outage(token, 0)


async def test_what_is_told(database: Database, token: str, clock: list[datetime]) -> None:
    """The status knows the reason, since when, how often, and until when."""
    began = clock[0]
    await waiting(database).wait_for(token, 0, ERROR)
    clock[0] += timedelta(seconds=1)
    await waiting(database).wait_for(token, 0, ERROR)
    outage = database.tasks.read_tasks([token])[token].outputs[0].outage
    assert outage is not None
    assert (outage.reason, outage.since, outage.tries) == ("it is down", began, 2)
    assert outage.ends_at == began + timedelta(seconds=60)
    assert outage.until == clock[0] + timedelta(seconds=2)


async def test_another_host_has_its_own_patience(database: Database, token: str, clock: list[datetime]) -> None:
    """A source that was out for long leaves a destination all of its own time."""
    await waiting(database).wait_for(token, 0, ERROR)
    clock[0] += timedelta(seconds=59)
    assert await waiting(database).wait_for(token, 0, OutageError("so is this", "other:1")) is not None
    outage = database.outages.read_outage(token, 0)
    assert outage is not None
    assert (outage.since, outage.host) == (clock[0], "other:1")


async def test_a_later_outage_of_the_same_host_has_its_own_patience(
    database: Database, token: str, clock: list[datetime]
) -> None:
    """Work that went on for long in between shows that the host had answered."""
    await waiting(database).wait_for(token, 0, ERROR)
    clock[0] += timedelta(hours=2)
    assert await waiting(database).wait_for(token, 0, ERROR) is not None


async def test_what_has_ended_waits_for_nothing(database: Database, token: str, clock: list[datetime]) -> None:
    """A step that is late says nothing of a task that was cancelled meanwhile."""
    del clock
    database.tasks.finish_task(token, "The task was cancelled")
    await waiting(database).wait_for(token, 0, ERROR)
    assert database.tasks.read_tasks([token])[token].outputs[0].outage is None


async def test_a_host_that_goes_away_again_and_again_is_given_up(
    database: Database, token: str, clock: list[datetime]
) -> None:
    """However often it comes back for a while in between, without anything getting done."""
    for _ in range(1000):
        if (pause := await waiting(database).wait_for(token, 0, ERROR)) is None:
            break
        clock[0] += timedelta(seconds=pause, hours=1)
    else:
        pytest.fail("It is tried for ever")


async def test_all_outages_of_one_work_end_together(database: Database, token: str, clock: list[datetime]) -> None:
    """A server that lets each copy go on for hours, and breaks it off then, holds a place for a day and no longer."""
    database.outages.record_answer(token, ERROR.host)
    began = clock[0]
    while (pause := await waiting(database).wait_for(token, None, ERROR)) is not None:
        clock[0] += timedelta(seconds=pause, hours=11)
    assert timedelta(hours=24) <= clock[0] - began <= timedelta(hours=24 + 12)


async def test_patience_may_be_long(database: Database, token: str, clock: list[datetime]) -> None:
    """Tries are counted so that they do not end what was set: a week is a week."""
    database.outages.record_answer(token, ERROR.host)
    week = JobSettings(Path("work"), outage_seconds=7 * 24 * 3600)
    outage = Outage("it is down", clock[0], clock[0], clock[0] + timedelta(days=7), 7 * 24 * 60, ERROR.host)
    database.outages.record_outage(token, 0, outage)
    assert await Outages(database, week).wait_for(token, 0, ERROR) is not None


async def test_the_last_try_is_not_at_once(database: Database, token: str, clock: list[datetime]) -> None:
    """Where next to nothing is left of the patience, there is a breath before the last try all the same."""
    await waiting(database).wait_for(token, 0, ERROR)
    clock[0] += timedelta(seconds=59.999)
    assert await waiting(database).wait_for(token, 0, ERROR) == 0.2


@pytest.mark.parametrize(
    ("status", "waits_seconds", "expected"),
    [
        (TaskStatus.ENCODING, None, True),
        (TaskStatus.ENCODING, -1, True),
        (TaskStatus.ENCODING, 60, False),
        (TaskStatus.COMPLETED, None, False),
    ],
)
def test_what_waits_is_not_active(
    clock: list[datetime],
    status: TaskStatus,
    waits_seconds: float | None,
    expected: bool,  # noqa: FBT001 - a result
) -> None:
    """A task all of whose outputs wait gives its place to others; one whose wait is over has it."""
    outage = None
    if waits_seconds is not None:
        until = clock[0] + timedelta(seconds=waits_seconds)
        outage = Outage("it is down", clock[0], until, until, 1, "host:1")
    assert (
        is_active(OutputRecord(0, "toy", MediaKind.IMAGE, "image-0-0-0", None, status, 0.5, outage=outage)) == expected
    )


async def test_pieces_that_meet_one_outage_count_as_one_try(
    database: Database, token: str, clock: list[datetime]
) -> None:
    """All of an output wait for the same moment: many do not use up the patience sooner than one."""
    for _ in range(200):
        assert await waiting(database).wait_for(token, 0, ERROR) == 1
    outage = database.outages.read_outage(token, 0)
    assert outage is not None
    assert outage.tries == 1
    clock[0] += timedelta(seconds=1)
    assert await waiting(database).wait_for(token, 0, ERROR) == 2


@pytest.mark.parametrize("index", [None, 0])
async def test_room_on_the_disk_is_waited_for(
    database: Database, token: str, clock: list[datetime], index: int | None
) -> None:
    """For as long as for a host that has answered, and it is tried once a minute at least; the status says so."""
    pauses, error = [], OutageError(**outage_as_told(NoRoomError("it is full")))
    while (pause := await waiting(database).wait_for(token, index, error)) is not None:
        pauses.append(pause)
        outage = database.outages.read_outage(token, index)
        assert outage is not None
        assert (outage.reason, outage.host) == ("it is full", NO_ROOM)
        clock[0] += timedelta(seconds=pause)
    assert sum(pauses) == 3600
    assert max(pauses) == 60
    assert pauses[:3] == [1, 1, 2]
    assert database.outages.read_outage(token, index) is None


async def test_what_fills_the_disk_is_tried_three_times(database: Database, token: str, clock: list[datetime]) -> None:
    """However long it waits for room in between."""
    full, no_room = (OutageError(**outage_as_told(error)) for error in (DiskFullError("full"), NoRoomError("none")))
    for error in (no_room, no_room, full, no_room, no_room, full, no_room):
        pause = await waiting(database).wait_for(token, 0, error)
        assert pause is not None
        clock[0] += timedelta(seconds=pause)
    assert (outage := database.outages.read_outage(token, 0)) is not None
    assert (outage.host, outage.tries) == (FULL, 2)
    assert await waiting(database).wait_for(token, 0, full) is None


async def test_a_host_that_is_down_after_the_disk_was_full_has_its_own_patience(
    database: Database, token: str, clock: list[datetime]
) -> None:
    """And the other way round."""
    no_room = OutageError(**outage_as_told(NoRoomError("none")))
    assert await waiting(database).wait_for(token, 0, no_room) == 1
    clock[0] += timedelta(seconds=50)
    assert sum(await tries(database, token, clock, 0)) == 60


def outage_as_told(error: DiskFullError) -> dict[str, str]:
    told = outage_of(error)
    return {"reason": told["outage"], "host": told["host"]}
