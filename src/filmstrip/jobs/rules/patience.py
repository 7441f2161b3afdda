"""Tries again what does not work just now, for a while, with growing pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.pauses import growing_pause
from filmstrip.jobs.log import note

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 15.0

T = TypeVar("T")


async def patiently(work: Callable[[], Awaitable[T]], seconds: float) -> T:
    """Do something, and again while its error says that it may work later and less than `seconds` have gone by."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + seconds
    for try_index in count():
        try:
            return await work()
        except FilmstripError as error:
            pause = growing_pause(try_index, _FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)
            if not error.is_retryable or clock() + pause > deadline:
                raise
            note("warning", "tries_again", reason=str(error), pause_seconds=pause)
        await asyncio.sleep(pause)
    raise AssertionError  # it counts without end
