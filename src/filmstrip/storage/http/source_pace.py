"""The least pace of a whole source: lower than that of one connection, but not without limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from filmstrip.domain.errors import LimitExceededError
from filmstrip.storage.settings import StorageSettings

UNHURRIED_SECONDS = 600.0
"""For so long a source may be as slow as it likes: a busy server gets over it."""

_BYTES_PER_REQUEST = 1 << 16
"""What each request counts as in addition: many small ones to a server that is far away are no trickle."""


def copy_seconds(size_bytes: int, settings: StorageSettings) -> float:
    """Return how long it may take until so many bytes of a source are there, `fetch_hours` at most."""
    longest = settings.fetch_hours * 3600
    if not settings.fetch_kib_per_second:
        return longest
    return min(longest, UNHURRIED_SECONDS + size_bytes / (settings.fetch_kib_per_second * 1024))


def refuse_slow(label: str, seconds: float, size_bytes: int, settings: StorageSettings) -> None:
    """Refuse a source that brought so many bytes in that time, if it is too slow.

    Raises:
        LimitExceededError: It is.
    """
    if seconds > settings.fetch_hours * 3600:
        raise LimitExceededError(
            f'The source "{label}" takes too long to read (limit {settings.fetch_hours:g} hours, fetch_hours)'
        )
    if seconds > copy_seconds(size_bytes, settings):
        raise LimitExceededError(
            f'The source "{label}" arrives too slowly: {size_bytes / 1024:.0f} KiB in {seconds:.0f} seconds '
            f"(limit {settings.fetch_kib_per_second:g} KiB per second on average after {UNHURRIED_SECONDS:g} seconds, "
            "fetch_kib_per_second)"
        )


class SourcePace:
    """Measures for how long reading by ranges waited for its source; for several threads, of which all count as one."""

    def __init__(self, label: str, settings: StorageSettings) -> None:
        """Begin with no time.

        Args:
            label: The source, as it is shown.
            settings: What is slow.
        """
        self._label = label
        self._settings = settings
        self._lock = threading.Lock()
        self._requests = 0
        self._waiting = 0
        self._waited_seconds = 0.0
        self._since = 0.0

    @contextmanager
    def request(self) -> Iterator[None]:
        """Wait for the answer to a request in the block."""
        with self._lock:
            self._requests += 1
            if self._waiting == 0:
                self._since = time.monotonic()
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1
                if self._waiting == 0:
                    self._waited_seconds += time.monotonic() - self._since

    def demand(self, bytes_read: int) -> None:
        """See to it that the source is fast enough; for a caller that is within a request.

        Raises:
            LimitExceededError: It is not.
        """
        seconds = self._waited_seconds + time.monotonic() - self._since
        counted_bytes = bytes_read + (self._requests - 1) * _BYTES_PER_REQUEST
        if seconds > copy_seconds(counted_bytes, self._settings):
            refuse_slow(self._label, seconds, bytes_read, self._settings)
