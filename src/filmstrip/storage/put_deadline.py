"""How long putting a file may take over a connection of its own: silence is not waited for as slowness is."""

from __future__ import annotations

import time

from filmstrip.storage.settings import StorageSettings

_SILENCE_SECONDS = 30.0
_BYTES_PER_SECOND = 32 << 10


class PutDeadline:
    """The time that putting one file has: more for a larger one."""

    def __init__(self, size_bytes: int, settings: StorageSettings) -> None:
        """Begin to count.

        Args:
            size_bytes: Size of the file.
            settings: `put_timeout_seconds` is what small ones have if that is less.
        """
        self._silence_seconds = min(settings.put_timeout_seconds, _SILENCE_SECONDS)
        self._ends_at = time.monotonic() + self._silence_seconds + size_bytes / _BYTES_PER_SECOND

    def left_seconds(self) -> float:
        """Return how much of it is left.

        Raises:
            TimeoutError: Nothing is.
        """
        seconds = self._ends_at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("The server takes the file too slowly")
        return seconds

    def silence_seconds(self) -> float:
        """Return for how long the server may do nothing.

        Raises:
            TimeoutError: The time is over.
        """
        return min(self.left_seconds(), self._silence_seconds)
