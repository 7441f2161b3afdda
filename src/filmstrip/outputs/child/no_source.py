"""What stands for the source of groups that do not need it."""

from __future__ import annotations

from dataclasses import dataclass

from filmstrip.domain.errors import SourceUnreadableError


@dataclass(frozen=True, slots=True, weakref_slot=True)
class NoSource:
    """No bytes at all, of which none can be read."""

    size_bytes: int = 0
    bytes_read: int = 0

    def read_range(self, start: int, end: int) -> bytes:
        """Refuse: the group said that it reads nothing.

        Raises:
            SourceUnreadableError: Always.
        """
        raise SourceUnreadableError(f"The source is not open, and bytes {start} to {end} of it are asked for")
