"""What is counted of the work of this process, for whoever watches it."""

from __future__ import annotations

from typing import Protocol


class Meter(Protocol):
    """Counts; called from several threads."""

    def note_step(self, name: str, seconds: float, *, is_failed: bool) -> None:
        """Count a step that ended, and how long it took, waits for a place included."""

    def note_copied(self, size_bytes: int) -> None:
        """Count bytes of a source that was copied as a whole."""

    def note_put(self, size_bytes: int) -> None:
        """Count a file that is at a destination."""

    def note_wait(self) -> None:
        """Count a try that ended as a host did not answer, and is made again."""

    def note_output(self, name: str, media_seconds: float, *, is_failed: bool) -> None:
        """Count an output that ended, by the length of its source."""

    def note_task(self, *, is_failed: bool) -> None:
        """Count a task that ended."""


class NoMeter:
    """Counts nothing."""

    def note_step(self, name: str, seconds: float, *, is_failed: bool) -> None:
        """Do nothing."""

    def note_copied(self, size_bytes: int) -> None:
        """Do nothing."""

    def note_put(self, size_bytes: int) -> None:
        """Do nothing."""

    def note_wait(self) -> None:
        """Do nothing."""

    def note_output(self, name: str, media_seconds: float, *, is_failed: bool) -> None:
        """Do nothing."""

    def note_task(self, *, is_failed: bool) -> None:
        """Do nothing."""


UNWATCHED: Meter = NoMeter()
