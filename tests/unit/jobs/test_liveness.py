"""When is an executor dead?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from filmstrip.db.executor_records import Executor
from filmstrip.jobs.tasks.liveness import Watch

LIFE = 30.0
BEAT = 5.0
NOON = datetime(2031, 5, 2, 12, tzinfo=UTC)
ONE = Executor("1" * 32, "one", "here", "0.2", "f", 1, seen_at=NOON)
NOBODY: frozenset[int] = frozenset()
ITS_LOCK = frozenset({1})
LONG_UP = 1000.0


class Looks:
    """Looks at one executor, a beat apart."""

    def __init__(self) -> None:
        self.now = 100.0
        self.watch = Watch(LIFE, lambda: self.now)
        self.seen_at = NOON

    def look(
        self, *, beats: bool = False, free: frozenset[int] = NOBODY, up: float = LONG_UP, after: float = BEAT
    ) -> bool:
        self.now += after
        if beats:
            self.seen_at += timedelta(seconds=after)
        return bool(self.watch.find_dead((replace(ONE, seen_at=self.seen_at),), free, up))


def test_who_beats_lives() -> None:
    """Also if its lock is free: its connection may have broken, and it takes the lock again."""
    looks = Looks()
    assert not any(looks.look(beats=True, free=ITS_LOCK) for _ in range(100))


def test_who_is_silent_for_its_life_is_dead() -> None:
    """A process that is stopped keeps its lock."""
    looks = Looks()
    dead = [looks.look() for _ in range(8)]
    assert dead == [False] * 6 + [True] * 2


def test_who_has_no_lock_is_dead_sooner() -> None:
    """After some beats, as it may just be taking it again."""
    looks = Looks()
    assert [looks.look(free=ITS_LOCK) for _ in range(4)] == [False, False, False, True]


def test_a_restart_of_the_database_frees_all_locks() -> None:
    """For a while they say nothing."""
    looks = Looks()
    assert [looks.look(free=ITS_LOCK, up=5.0) for _ in range(6)] == [False] * 6


def test_a_lock_that_comes_free_may_be_taken_again() -> None:
    """A crash of the database frees all of them without a new start of it: who lives has some beats from then on."""
    looks = Looks()
    assert [looks.look() for _ in range(3)] == [False] * 3
    assert [looks.look(free=ITS_LOCK) for _ in range(2)] == [False] * 2
    assert not looks.look()
    assert not looks.look(beats=True, free=ITS_LOCK)
    assert [looks.look(free=ITS_LOCK) for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize("after", [LIFE / 2 + 1, 10 * LIFE])
def test_who_could_not_look_knows_nothing(after: float) -> None:
    """Nobody could write a heartbeat while the database was away: each has its whole life again."""
    looks = Looks()
    assert [looks.look() for _ in range(5)] == [False] * 5
    assert not looks.look(after=after, free=ITS_LOCK)
    assert [looks.look() for _ in range(6)] == [False] * 5 + [True]


def test_clocks_of_machines_do_not_count() -> None:
    """Only whether a heartbeat changes: it may lie in the past, or in the future."""
    looks = Looks()
    looks.seen_at = NOON - timedelta(days=1000)
    assert not any(looks.look(beats=True) for _ in range(10))
