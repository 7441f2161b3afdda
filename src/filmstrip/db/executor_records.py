"""Executors as the database takes and returns them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Executor:
    """One start of a process that runs scripts.

    Attributes:
        id: 32 lower-case hexadecimal digits: this start.
        name: The same for all starts of it, one after the other.
        host: The machine.
        version: Of Filmstrip.
        key_fingerprint: Of its secret key.
        lock_number: Its advisory lock, which it holds as long as it lives; None if it shows by its heartbeat alone.
        started_at: When it began, UTC, by the database's clock; None before.
        seen_at: Its last heartbeat, UTC, by the database's clock; None before.
        ended_at: When it ended, or was found dead; None as long as it counts as alive.
    """

    id: str
    name: str
    host: str
    version: str
    key_fingerprint: str
    lock_number: int | None
    started_at: datetime | None = None
    seen_at: datetime | None = None
    ended_at: datetime | None = None
