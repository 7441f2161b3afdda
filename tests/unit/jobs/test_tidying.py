"""Who clears up after tasks?"""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from filmstrip.db.database import Database, utc_now
from filmstrip.jobs.rules.places import Places
from filmstrip.jobs.tasks import journal, tidying
from filmstrip.jobs.tasks.tidying import Tidying
from filmstrip.jobs.tasks.work_folders import WorkFolders


@pytest.fixture
def over(token: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """The journal: all scripts of the task are over; what is in here tells whether another one is open."""
    state = {"has_open": False}
    monkeypatch.setattr(journal, "list_over", lambda for_seconds: [f"{token}.1", f"{token}.0.1"] if for_seconds else [])
    monkeypatch.setattr(journal, "has_open", lambda prefix: prefix == f"{token}." and state["has_open"])
    monkeypatch.setattr(journal, "forget", lambda identities: state.update(dict.fromkeys(identities, True)))
    return state


@pytest.fixture
def folders(tmp_path: Path, database: Database) -> WorkFolders:
    made = WorkFolders(tmp_path / "work", database.tasks.is_unfinished)
    made.root.mkdir()
    return made


def test_a_task_that_nothing_works_on_is_ended(
    database: Database, token: str, over: dict[str, bool], folders: WorkFolders
) -> None:
    """It does not stay open for ever, nor keeps its place or its folder; one with an open script has a future."""
    folders.of_output(token, 0)
    places = Places(1)
    places.occupy(token, "-")
    over["has_open"] = True
    Tidying(database, folders, places).tidy()
    assert database.tasks.is_unfinished(token)
    assert folders.of_task(token).exists()
    over["has_open"] = False
    Tidying(database, folders, places).tidy()
    assert database.tasks.read_tasks([token])[token].error == "An internal error of the service ended this"
    assert places._taken == {}
    assert not (folders.root / token).exists()


def test_journals_of_ended_tasks_are_forgotten(
    database: Database, token: str, over: dict[str, bool], folders: WorkFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while, in which a script that is late finds its own."""
    over["has_open"] = True
    Tidying(database, folders, Places(1)).tidy()
    database.tasks.finish_task(token)
    Tidying(database, folders, Places(1)).tidy()
    assert set(over) == {"has_open"}
    monkeypatch.setattr(tidying, "datetime", _Later)
    Tidying(database, folders, Places(1)).tidy()
    assert set(over) == {"has_open", f"{token}.1", f"{token}.0.1"}


class _Later:
    """A clock that is two minutes ahead."""

    @staticmethod
    def now(_zone: object) -> object:
        return utc_now() + timedelta(minutes=2)


async def test_a_look_that_fails_is_followed_by_the_next(
    database: Database, over: dict[str, bool], folders: WorkFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is the matter, nobody is left without tidying for good."""
    del over
    looks: list[int] = []

    def fail(for_seconds: float) -> list[str]:
        del for_seconds
        looks.append(1)
        raise OSError("the disk is gone")

    monkeypatch.setattr(journal, "list_over", fail)
    keeping = asyncio.create_task(Tidying(database, folders, Places(1)).keep_tidy(0.001))
    async with asyncio.timeout(10):
        while len(looks) < 3:  # noqa: ASYNC110 - it is looked for in a thread
            await asyncio.sleep(0.001)
    assert not keeping.done()
    keeping.cancel()
    await asyncio.wait([keeping])
