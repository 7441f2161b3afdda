"""Who sees to it that what happened is told, once at a time for each task?"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from filmstrip.db.callback_records import Callback
from filmstrip.db.database import utc_now
from filmstrip.jobs.tasks import journal
from filmstrip.jobs.tasks.callback_script import CALLBACK, CallbackScript, enqueue_callback
from filmstrip.jobs.tasks.durable import Durable

THEN = datetime(2031, 5, 2, 10, tzinfo=UTC)
DUE = Callback(7, "t.queued", "t", "queued", "host:1", THEN, THEN, THEN, tries=0, rounds=0)
LATER = replace(DUE, due_at=THEN + timedelta(seconds=5), tries=1)


@dataclass
class Stage:
    """Everything around the script.

    Attributes:
        left: What is to be told next after each try.
    """

    left: list[Callback | None] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    begun: list[tuple[Any, ...]] = field(default_factory=list)
    gate: asyncio.Event | None = None
    most_seconds: float = 10.0
    asked: tuple[Callback, ...] = ()
    late: tuple[Callback, ...] = ()
    again: list[Callback] = field(default_factory=list)

    async def step(self, name: str, work: Callable[[], Awaitable[Any]], seconds: float, *, is_kept: bool) -> Any:
        assert (name, seconds, is_kept) == ("call back", 70, False)
        return await work()

    async def begin(self, name: str, runs: Mapping[str, Any], key: str, *, delay_seconds: float) -> None:
        self.begun.append((name, dict(runs), key, delay_seconds))

    async def tell_next(self, token: str) -> Callback | None:
        self.tries.append(token)
        if self.gate is not None:
            await self.gate.wait()
        return self.left.pop(0)

    def seconds_until(self, callback: Callback) -> float:
        assert callback.due_at is not None
        return (callback.due_at - THEN).total_seconds()

    def enqueue(self, *arguments: object) -> None:
        self.begun.append(arguments)

    def wake(self, name: str) -> None:
        self.begun.append(("wake", name))

    @property
    def callbacks(self) -> "Stage":
        return self

    def asked_for(self) -> tuple[Callback, ...]:
        return self.asked

    def overdue(self, before: datetime) -> tuple[Callback, ...]:
        assert timedelta(seconds=4) < utc_now() - before < timedelta(seconds=60)
        return self.late

    def begin_again(self, callback: Callback) -> None:
        self.again.append(callback)

    def forget_kept(self) -> int:
        return 1

    @property
    def script(self) -> CallbackScript:
        around = cast("Any", self)
        return CallbackScript(around, around, around)


async def settle() -> None:
    """Let everything go on that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_it_goes_on_until_nothing_is_left() -> None:
    """One event after the other, at once."""
    stage = Stage([DUE, DUE, None])
    await stage.script.call_back("t", "host:1")
    assert len(stage.tries) == 3
    assert stage.begun == []


async def test_what_has_to_wait_is_enqueued_with_a_delay() -> None:
    """As a run of its own, named by the event and its tries: whoever sees it waiting begins the same one."""
    stage = Stage([DUE, LATER])
    await stage.script.call_back("t", "host:1")
    assert stage.begun == [(CALLBACK, {"t:7.0.1": ("t", "host:1")}, "host:1", 5)]


async def test_one_at_a_time_tells_of_a_task() -> None:
    """What happens while one is at work is told by that one; of other tasks others tell meanwhile."""
    stage = Stage([None, None, None], gate=asyncio.Event())
    script = stage.script
    first = asyncio.create_task(script.call_back("t", "host:1"))
    await settle()
    await script.call_back("t", "host:1")
    assert stage.tries == ["t"]
    other = asyncio.create_task(script.call_back("u", "host:1"))
    await settle()
    assert stage.tries == ["t", "u"]
    assert stage.gate is not None
    stage.gate.set()
    await asyncio.gather(first, other)
    assert sorted(stage.tries) == ["t", "t", "u"]
    stage.left = [None]
    await script.call_back("t", "host:1")
    assert sorted(stage.tries) == ["t", "t", "t", "u"]


async def test_a_key_of_silent_receivers_leaves_places_to_others() -> None:
    """However many of its hosts say nothing, a call for another key is made at once, and one of its own later."""
    stage = Stage([None] * 200, gate=asyncio.Event())
    script = stage.script
    silent = [asyncio.create_task(script.call_back(f"{number}", f"1 host:{number}")) for number in range(150)]
    await settle()
    assert 8 < len(stage.tries) < 90
    other = asyncio.create_task(script.call_back("other", "2 host:1"))
    await settle()
    assert stage.tries[-1] == "other"
    assert stage.gate is not None
    stage.gate.set()
    await asyncio.gather(other, *silent)
    assert len(stage.tries) == 151


async def test_a_failure_of_ours_leaves_the_task_to_the_next_one() -> None:
    """Whatever ends a script, it does not count as at work any more."""
    stage = Stage([])
    script = stage.script
    for _ in range(2):
        with pytest.raises(IndexError):
            await script.call_back("t", "host:1")
    assert len(stage.tries) == 2


def test_an_event_is_begun_in_its_transaction() -> None:
    """And looked for at once."""
    stage = Stage()
    connection: Any = object()
    enqueue_callback(cast("Durable", stage), connection, DUE, 5)
    assert stage.begun == [(connection, CALLBACK, "t:7.0.0", ("t", "5 host:1"), "5 host:1"), ("wake", CALLBACK)]


def test_what_nothing_works_on_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what was asked for; what waits in the queue, or is at work, is left alone."""
    others = [replace(DUE, number=8, token="u"), replace(DUE, number=9, token="v", is_asked_for=True)]
    stage = Stage(asked=(others[1],), late=(DUE, *others))
    forgotten: list[Any] = []
    monkeypatch.setattr(journal, "list_open", lambda name: ["t:7.0.0"] if name == CALLBACK else [])
    monkeypatch.setattr(journal, "list_over", lambda seconds, name: [f"over for {seconds}"] if name == CALLBACK else [])
    monkeypatch.setattr(journal, "forget", lambda over, with_children: forgotten.append((over, with_children)))
    stage.script.take_up()
    assert [each.token for each in stage.again] == ["v", "u"]
    assert forgotten == [(["over for 5.0"], False)]
