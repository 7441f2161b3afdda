"""What has to be written down of uploads; `db.uploads` does it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Protocol

from filmstrip.db.upload_records import NewUpload, Upload
from filmstrip.uploads.writing import Notes


class Rows(Notes, Protocol):
    """What is written down of uploads (`db.uploads`). The methods block."""

    def create(self, new: NewUpload, *, life: timedelta, most: int) -> Upload:
        """Write down a new upload without any bytes; it belongs to the API key of its task."""

    def demand_task(self, token: str) -> None:
        """Make sure that a task exists to which something may be uploaded."""

    def bytes_of_key(self, key_id: int | None) -> int:
        """Return how many bytes the uploads of an API key have, or will have."""

    def find(self, identity: str) -> Upload | None:
        """Read an upload; None if there is none."""

    def lock(self, identity: str, writer: str, span: timedelta) -> bool:
        """Let a request alone write to an upload for a while; return whether it may."""

    def unlock_all(self) -> None:
        """Let others write to all uploads."""

    def delete(self, identity: str) -> bool:
        """Forget an upload, unless a task needs it; return whether it is forgotten."""

    def forget_expired(self) -> tuple[str, ...]:
        """Forget the uploads that have expired and that no task needs; return which."""

    def existing(self, identities: Collection[str]) -> set[str]:
        """Return which of some uploads there are."""
