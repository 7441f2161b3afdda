"""What if something does not work just now?"""

import pytest

from filmstrip.domain.errors import DestinationForbiddenError, DestinationUnreachableError
from filmstrip.jobs.rules import patience
from filmstrip.jobs.rules.patience import patiently


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_FIRST_PAUSE_SECONDS", 0.01)


class Flaky:
    """Fails some times with an error, then works."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error, self.times, self.calls = error, times, 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return "done"


async def test_it_is_tried_again() -> None:
    """What is unreachable for a moment works in the end."""
    work = Flaky(DestinationUnreachableError("down"), 3)
    assert await patiently(work, 5) == "done"
    assert work.calls == 4


async def test_patience_ends() -> None:
    """What stays unreachable is told when the time is over."""
    work = Flaky(DestinationUnreachableError("down"), 1000)
    with pytest.raises(DestinationUnreachableError):
        await patiently(work, 0.1)
    assert 1 < work.calls < 10


async def test_what_cannot_get_better_is_told_at_once() -> None:
    """Wrong keys are wrong the second time too."""
    work = Flaky(DestinationForbiddenError("wrong key"), 1)
    with pytest.raises(DestinationForbiddenError):
        await patiently(work, 5)
    assert work.calls == 1
