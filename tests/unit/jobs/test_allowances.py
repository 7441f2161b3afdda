"""How long may a step take?"""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from filmstrip.jobs.rules.allowances import fetch_seconds, probe_seconds, put_seconds, render_seconds, short_seconds
from filmstrip.jobs.rules.step_limit import StepLimit, allow, standing_still
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs._base import Group, OutputPlan
from filmstrip.storage.http.source_pace import copy_seconds
from filmstrip.storage.settings import StorageSettings

PLAN = OutputPlan((Group("a", tuple(f"{number}" for number in range(900))), Group("b", ("last",))))


def test_each_kind_has_the_time_that_its_work_needs() -> None:
    """By files, bytes and processor time; small work has minutes, so that a hang of it is seen after minutes."""
    media, storage = MediaSettings(cpu_limit_seconds=150), StorageSettings(Path("temporary"))
    assert short_seconds() == 300
    assert short_seconds(10_000) == 1300
    assert fetch_seconds(storage) == 300 + 2 * (10 + 60)
    assert fetch_seconds(replace(storage, read_timeout_seconds=1000)) > 2000
    assert probe_seconds(media, 0, storage) == 300 + 2 * 120
    assert render_seconds(media, 0, storage) == 540 + 600
    # What is left to the pace of the source ends there, with a sentence about it, not here.
    any_rate = replace(storage, fetch_kib_per_second=0)
    for remote_bytes, settings in ((1, storage), (16 << 20, storage), (300 << 30, storage), (16 << 20, any_rate)):
        assert probe_seconds(media, remote_bytes, settings) == 540 + copy_seconds(remote_bytes, settings)
        assert render_seconds(media, remote_bytes, settings) == 540 + 600 + copy_seconds(remote_bytes, settings)
    assert put_seconds(0) == 120
    assert put_seconds(16 << 20) == 120 + 1024


async def test_a_step_may_allow_itself_more() -> None:
    """From any thread that works for it, as much as it needs from now on, never less than it had."""
    limit = StepLimit("step", 100, 5000)
    async with limit.running():
        for seconds, allowed in ((50, 100), (1000, 1000), (200, 1000)):
            await asyncio.to_thread(allow, seconds)
            await asyncio.sleep(0)
            assert limit.allowed_seconds == pytest.approx(allowed, abs=5)
    allow(9000)
    assert limit.allowed_seconds < 5000


async def test_no_step_has_more_than_is_set() -> None:
    """What the operator set is the bound, whatever work claims that it needs, and for short steps too."""
    for limit in (StepLimit("long", 100, 500), StepLimit("short", 500)):
        async with limit.running():
            allow(1e9)
            await asyncio.sleep(0)
            assert limit.allowed_seconds == pytest.approx(500, abs=1e-6)
    assert StepLimit("bounded", 500, 100)._seconds == 100


async def test_what_waits_is_allowed_nothing() -> None:
    """A step that waits for its turn begins to count when it is its turn, with the time that every step has."""
    limit = StepLimit("step", 100, 5000)
    async with limit.running():
        with standing_still():
            allow(1000)
            await asyncio.sleep(0)
            assert limit.is_waiting
        assert limit.allowed_seconds == pytest.approx(100, abs=5)
