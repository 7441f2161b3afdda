"""Lets one more media process follow one that was killed: what ended it may not have been its own work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from filmstrip.domain.errors import MediaProcessKilledError
from filmstrip.jobs.log import note

T = TypeVar("T")


async def once_more_if_killed(work: Callable[[], Awaitable[T]]) -> T:
    """Do something by a media process, and once more if that was killed.

    Raises:
        MediaProcessKilledError: It was killed both times.
    """
    try:
        return await work()
    except MediaProcessKilledError as death:
        note("warning", "media_process_killed", error=str(death))
        return await work()
