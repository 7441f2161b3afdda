"""How do steps get at the source of their task?"""

import asyncio
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from filmstrip.domain.errors import DiskFullError, NoRoomError
from filmstrip.jobs.rules import free_disk
from filmstrip.jobs.rules.allowances import fetch_seconds
from filmstrip.jobs.tasks import surroundings, task_steps
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.jobs.tasks.task_steps import TaskSteps


@pytest.mark.parametrize("signs", [1, 2])
async def test_a_fetch_has_time_until_its_next_sign(
    around: Callable[..., Surroundings], token: str, query: Any, monkeypatch: pytest.MonkeyPatch, signs: int
) -> None:
    """From the answer of its server on, and from each sign of a copy; and the server is known to have answered."""
    query.formats[0].reads_whole_source = signs > 1
    allowed: list[float] = []
    monkeypatch.setattr(surroundings, "allow", allowed.append)
    parts = around()
    await parts.source(token, query, None)
    assert len(allowed) >= signs
    assert set(allowed) == {fetch_seconds(parts.storage)}
    assert parts.database.outages.has_answered(token, query.source.split("/")[2])


async def test_no_source_is_fetched_where_there_is_no_room(around: Callable[..., Surroundings], token: str) -> None:
    """It waits instead; copies leave twice what work needs, so that they cannot keep one another waiting for ever."""
    parts = around(free_disk_mb=free_disk_of(around))
    with pytest.raises(NoRoomError, match="are kept free"):
        async with TaskSteps(parts)._at_source(token, "http://h/a.mp4"):
            pass
    async with parts.at_work(token, 0):
        pass


def free_disk_of(around: Callable[..., Surroundings]) -> int:
    """Three quarters of what is free now, in MiB."""
    root = around().folders.root
    root.mkdir(exist_ok=True)
    return (shutil.disk_usage(root).free >> 20) * 3 // 4


async def test_a_copy_leaves_room_on_the_disk(around: Callable[..., Surroundings], token: str, query: Any) -> None:
    """A copy is ended while it grows, whatever its server said of its length."""
    with pytest.raises(DiskFullError, match="are kept free"):
        await around(free_disk_mb=1 << 40).source(token, query, None)


async def test_a_copy_begins_with_an_empty_folder(around: Callable[..., Surroundings], token: str) -> None:
    """What an interrupted copy left is not in the way of the next one on a full disk; a whole copy is used again."""
    parts = around()
    left = parts.folders.of_task(token) / "left"
    left.write_text("x")
    steps = TaskSteps(parts)
    state = await steps.fetch(token)
    assert not left.exists()
    assert parts.folders.source(token).stat().st_size == state[0] == 1000
    left.write_text("x")
    await steps.fetch(token)
    assert left.exists()


@pytest.mark.parametrize("place", ["media work", "the source"])
async def test_work_ends_when_the_disk_is_full(
    place: str, around: Callable[..., Surroundings], token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Media work and copies alike, though they only wait."""
    monkeypatch.setattr(free_disk, "_WATCH_SECONDS", 0.01)
    parts = around(free_disk_mb=1 << 40)
    parts.folders.root.mkdir(exist_ok=True)
    work = parts.at_work(token, 0) if place == "media work" else TaskSteps(parts)._at_source(token, "http://h/a.mp4")
    # There was room when it began.
    monkeypatch.setattr(task_steps, "demand_room", lambda *_room: None)
    with pytest.raises(DiskFullError, match="are kept free"):
        async with work:
            await asyncio.Event().wait()
