"""Uploads as the database takes and returns them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What a client tells of a file that it is going to send.

    Attributes:
        task_token: The task in its address.
        length: How many bytes it will have; None if the client does not know yet.
        metadata: What it is, as sent (tus 1.0, Upload-Metadata).
        concat: "partial" for a part of another upload, the list of the parts for that one; None for one by itself.
    """

    task_token: str
    length: int | None
    metadata: str = ""
    concat: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a client sends us, as far as it is.

    Attributes:
        identity: 32 lower-case hexadecimal digits.
        task_token: The task in its address.
        key_id: The API key that it belongs to: that of the task; None for a task of the operator's own.
        offset: How many bytes of it are safe on the disk.
        length: How many bytes it will have; None if the client does not know yet.
        metadata: What the client told of it, as sent (tus 1.0, Upload-Metadata).
        concat: "partial" for a part of another upload, the list of the parts for that one; None for one by itself.
        expires_at: When it is forgotten, UTC.
    """

    identity: str
    task_token: str
    key_id: int | None
    offset: int
    length: int | None
    metadata: str
    concat: str | None
    expires_at: datetime

    @property
    def is_complete(self) -> bool:
        """Whether all of it is there."""
        return self.offset == self.length
