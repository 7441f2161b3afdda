"""When something is tried again, and after which pause."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.pauses import growing_pause
from filmstrip.storage.settings import StorageSettings

ResultT = TypeVar("ResultT")
_LONGEST_PAUSE_SECONDS = 15.0
LONGEST_RETRYING_SECONDS = 20.0
"""After this long without any progress, a failure is told instead of repeated."""


def pauses(settings: StorageSettings) -> Iterator[float]:
    """Yield the pause before each retry, in seconds: doubling, and spread so that many do not come back at once."""
    for retry in range(settings.retries):
        longest = growing_pause(retry, settings.retry_pause_seconds, _LONGEST_PAUSE_SECONDS)
        yield longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreading needs no secrecy


def retried(
    work: Callable[[], ResultT], settings: StorageSettings, progress: Callable[[], object] = lambda: None
) -> ResultT:
    """Do a piece of work, again after a pause while it fails with an error that says it may work a little later.

    A failure that took long is not repeated here, or no caller would hear of it for minutes.

    Args:
        work: What is done.
        settings: How often, and after which pauses.
        progress: What was reached so far, to compare: with each step ahead, the count of tries starts again.

    Raises:
        FilmstripError: The last failure.
    """
    waiting, reached, began = pauses(settings), progress(), time.monotonic()
    while True:
        try:
            return work()
        except FilmstripError as error:
            if not error.is_retryable:
                raise
            if reached != (reached := progress()):
                waiting, began = pauses(settings), time.monotonic()
            pause = next(waiting, None)
            if pause is None or time.monotonic() - began > LONGEST_RETRYING_SECONDS:
                raise
        time.sleep(pause)
