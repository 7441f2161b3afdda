"""What is kept of what servers of sources said?"""

from __future__ import annotations

from typing import Any

import pytest

from filmstrip.domain.errors import SourceUnreachableError
from filmstrip.jobs.tasks.known_sources import KnownSources
from filmstrip.jobs.tasks.task_steps import TaskSteps
from filmstrip.storage.source_reference import SourceFacts, SourceVersion

FACTS = SourceFacts(SourceVersion(1000), supports_ranges=True)


def test_little_is_kept() -> None:
    """What was said last of about a thousand tasks; of others it is asked again."""
    known = KnownSources[SourceFacts](1024)
    for number in range(1025):
        known.keep(f"{number}", FACTS)
    assert known.kept("0") is None
    assert known.kept("1") == known.kept("1024") == FACTS
    known.forget("1")
    known.forget("1")
    assert known.kept("1") is None


async def test_a_source_that_cannot_be_read_is_asked_for_again(around: Any, token: str) -> None:
    """What was said before an outage may not hold after it; nor is anything kept of a task that is final."""
    here = around()
    here.sources.keep(token, FACTS)
    down = SourceUnreachableError("It is down")
    with pytest.raises(SourceUnreachableError), here.reading(token, "http://host:1/a.mp4"):
        raise down
    assert (down.host, here.sources.kept(token)) == ("host:1", None)
    here.sources.keep(token, FACTS)
    await TaskSteps(here).finish(token, None)
    assert here.sources.kept(token) is None
