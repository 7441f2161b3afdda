"""When is something tried again, and after which pause?"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from filmstrip.domain.errors import FilmstripError
from filmstrip.storage.settings import StorageSettings

ResultT = TypeVar("ResultT")
_LONGEST_PAUSE_SECONDS = 15.0


def pauses(settings: StorageSettings) -> Iterator[float]:
    """Yield the pause before each retry, in seconds: doubling, and spread so that many do not come back at once."""
    for retry in range(settings.retries):
        longest = min(_LONGEST_PAUSE_SECONDS, settings.retry_pause_seconds * 2**retry)
        yield longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreading needs no secrecy


def retried(work: Callable[[], ResultT], settings: StorageSettings) -> ResultT:
    """Do a piece of work, again after a pause while it fails with an error that says it may work a little later.

    Raises:
        FilmstripError: The last failure.
    """
    for pause in pauses(settings):
        try:
            return work()
        except FilmstripError as error:
            if not error.is_retryable:
                raise
        time.sleep(pause)
    return work()
