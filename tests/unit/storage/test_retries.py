"""When is something tried again?"""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from filmstrip.domain.errors import SourceNotFoundError, SourceUnreachableError
from filmstrip.storage import retries
from filmstrip.storage.retries import LONGEST_RETRYING_SECONDS, pauses, retried
from filmstrip.storage.settings import StorageSettings

SETTINGS = StorageSettings(Path("temporary"), retries=3, retry_pause_seconds=0.001)


class Failing:
    """Fails each time, after some time on a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
        self.tries = 0
        self._seconds = seconds
        self._now = 0.0
        monkeypatch.setattr(retries.time, "monotonic", lambda: self._now)

    def __call__(self) -> None:
        self.tries += 1
        self._now += self._seconds
        raise SourceUnreachableError("it is down")


@pytest.mark.parametrize(("seconds", "tries"), [(0.1, 4), (LONGEST_RETRYING_SECONDS, 2), (1000, 1)])
def test_what_fails_slowly_is_told(monkeypatch: pytest.MonkeyPatch, seconds: float, tries: int) -> None:
    """Quick failures are repeated as often as is set; one that took long is told at once, or nobody hears of it."""
    work = Failing(monkeypatch, seconds)
    with pytest.raises(SourceUnreachableError):
        retried(work, SETTINGS)
    assert work.tries == tries


def test_progress_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both the tries and the time: what gets on is repeated however often it breaks."""
    work = Failing(monkeypatch, 15)
    with pytest.raises(SourceUnreachableError):
        retried(work, SETTINGS, progress=lambda: min(work.tries, 10))
    assert work.tries == 12


def test_what_will_not_work_later_is_not_tried_again() -> None:
    """Nobody waits for something that is not there."""
    tries: list[float] = []

    def work() -> None:
        tries.append(time.monotonic())
        raise SourceNotFoundError("nothing")

    with pytest.raises(SourceNotFoundError):
        retried(work, SETTINGS)
    assert len(tries) == 1


def test_pauses_grow_and_differ() -> None:
    """Each about twice the one before, none beyond 15 s, spread so that many do not come back at once."""
    settings = replace(SETTINGS, retries=10, retry_pause_seconds=0.2)
    many = [list(pauses(settings)) for _ in range(20)]
    for number, column in enumerate(zip(*many, strict=True)):
        longest = min(15.0, 0.2 * 2**number)
        assert all(longest / 2 <= pause <= longest for pause in column)
        assert len(set(column)) > 1
