"""What happened to a task, as the database keeps it as long as the task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

SUBMITTED, BEGUN, TAKEN_OVER, INTERRUPTED = "submitted", "begun", "taken_over", "interrupted"
WAITS, TRIED_AGAIN, WARNED = "waits", "tried_again", "warned"
OUTPUT_BEGUN, OUTPUT_ENDED, OUTPUT_FAILED = "output_begun", "output_ended", "output_failed"
ENDED, FAILED, CANCELLED, RESTARTED = "ended", "failed", "cancelled", "restarted"
"""Names of events."""


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """Something that happened to a task.

    Attributes:
        name: What, one of the names above.
        output_index: Of the output that it is about, from 0; None for the task.
        detail: Why, in a sentence; the token of the new task for a restart; None if there is nothing to say.
        happened_at: When, UTC; None before it is written down.
        worker: The process that did it, by the name that it has among others; None if it was none that runs tasks.
        step: What that process was doing for the task; None if that is not known.
    """

    name: str
    output_index: int | None = None
    detail: str | None = None
    happened_at: datetime | None = None
    worker: str | None = None
    step: str | None = None
