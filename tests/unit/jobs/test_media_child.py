"""How do reports of a media process reach who listens?"""

import asyncio

from filmstrip.domain.artifact import Artifact
from filmstrip.jobs.making.media_child import _Inbox
from filmstrip.outputs.child.messages import Made, Progressed, Report


async def test_progress_that_nobody_heard_is_told_once() -> None:
    """A child that works is not held up by a listener that is busy: what was made waits, and how far it is by now."""
    inbox, made = _Inbox(), Made(Artifact("a", "image/jpeg", 1), 0)
    async with asyncio.timeout(10):
        for number in range(9):
            inbox.put(Progressed(number / 10, 0))
        inbox.put(made)
        inbox.put(None)
        heard: list[Report] = [report async for report in inbox.reports()]
    assert heard == [Progressed(0.8, 0), made]


async def test_the_last_progress_is_heard() -> None:
    """However much waits to be heard: none may follow that tells how far it is."""
    inbox, made = _Inbox(), Made(Artifact("a", "image/jpeg", 1), 0)
    async with asyncio.timeout(10):
        for report in (made, Progressed(0.5, 0), made, Progressed(1.0, 0), None):
            inbox.put(report)
        heard = [report async for report in inbox.reports()]
    assert heard == [made, Progressed(1.0, 0), made]


async def test_reports_to_nobody_are_dropped() -> None:
    """A listener that is gone, as its output failed, holds up nobody."""
    inbox = _Inbox()
    async with asyncio.timeout(10):
        inbox.put(Progressed(0.5, 0))
        reports = inbox.reports()
        await anext(reports)
        await reports.aclose()
        for _ in range(9):
            inbox.put(Made(Artifact("a", "image/jpeg", 1), 0))
