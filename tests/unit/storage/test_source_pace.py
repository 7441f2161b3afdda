"""How slow may a source be over the whole?"""

from pathlib import Path

import pytest

from filmstrip.domain.errors import LimitExceededError
from filmstrip.storage.http import source_pace
from filmstrip.storage.http.source_pace import SourcePace
from filmstrip.storage.settings import StorageSettings

SETTINGS = StorageSettings(Path("temporary"), fetch_kib_per_second=16, fetch_hours=12)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which the test sets."""
    times = [1000.0]
    monkeypatch.setattr(source_pace.time, "monotonic", lambda: times[0])
    return times


def test_only_waiting_counts(clock: list[float]) -> None:
    """What the reader does between two requests is none of the source's time, however long that is."""
    pace = SourcePace("film", SETTINGS)
    for _ in range(20):
        with pace.request():
            clock[0] += 20
            pace.demand(0)
        clock[0] += 100_000


def test_requests_at_the_same_time_wait_once(clock: list[float]) -> None:
    """Four threads that wait for the same ten minutes are ten minutes; the next wait of one of them counts alone."""
    pace = SourcePace("film", SETTINGS)
    with pace.request(), pace.request(), pace.request(), pace.request():
        clock[0] += 599
        pace.demand(0)
    with pace.request():
        clock[0] += 16
        pace.demand(0)
        clock[0] += 2
        with pytest.raises(LimitExceededError, match=r"arrives too slowly: 0 KiB in 617 seconds \(limit 16 KiB"):
            pace.demand(0)


def test_a_source_that_is_far_away_is_not_slow(clock: list[float]) -> None:
    """Many small reads have time for their round trips; one that takes a minute for each is given up."""
    pace = SourcePace("film", SETTINGS)
    for number in range(1000):
        with pace.request():
            clock[0] += 3
            pace.demand(number * 1000)
    slow = SourcePace("film", SETTINGS)
    with pytest.raises(LimitExceededError, match="arrives too slowly"):
        _read(slow, clock, 59)


def _read(pace: SourcePace, clock: list[float], seconds: float) -> None:
    for number in range(1000):
        with pace.request():
            clock[0] += seconds
            pace.demand(number * 16_384)


def test_no_source_is_waited_for_longer_than_is_set(clock: list[float]) -> None:
    """Whatever it brings: the setting is the bound."""
    pace = SourcePace("film", SETTINGS)
    with pace.request():
        clock[0] += 12 * 3600 + 1
        with pytest.raises(LimitExceededError, match=r"takes too long to read \(limit 12 hours, fetch_hours\)"):
            pace.demand(10**12)
