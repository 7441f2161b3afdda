"""What the database keeps of callbacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

QUEUED, ERROR, SAVED = "queued", "error", "saved"
RESTARTED, RESTART_FAILED = "restarted", "restart_failed"
"""Events as the API names them (Qencode's values)."""


@dataclass(frozen=True, slots=True)
class CallbackTarget:
    """Where the events of a task are told.

    Attributes:
        url: Of the receiver; it may hold secrets.
        base_url: Scheme, host and port under which the client reaches this service, for URLs in what is told.
        with_streams: Whether the end of each output is told as well.
    """

    url: str = field(repr=False)
    base_url: str
    with_streams: bool = False


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened to a task, or to one of its outputs.

    Attributes:
        name: What happened.
        detail: Why it failed, for an event of a failure; the token of the task that follows, for a restart.
        tag: System tag of the output that it is about, None for the task.
        user_tag: The client's own name of that output.
    """

    name: str
    detail: str | None = None
    tag: str | None = None
    user_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """An event that is to be told, or could not be.

    Attributes:
        number: Its place in the order of events.
        event_id: Names it, the same with each try.
        token: The task that it is about.
        event: What happened.
        host: Host and port of the receiver.
        created_at: When it happened, UTC.
        since: When the tries began that are counted, UTC.
        due_at: When it is tried next, UTC; None once it was given up.
        tries: How often it was tried since then.
        rounds: How often it was begun again.
        is_asked_for: Whether it is to be begun again.
        reason: Why the last try failed, None before.
        is_refused: Whether the receiver answered at that try, and will not accept it by being waited for.
        tag: System tag of the output that it is about, None for the task.
        user_tag: The client's own name of that output.
        detail: Why the task or the output failed, for an event of a failure; the token of the task that follows, for a
            restart.
    """

    number: int
    event_id: str
    token: str
    event: str
    host: str
    created_at: datetime
    since: datetime
    due_at: datetime | None
    tries: int
    rounds: int
    is_asked_for: bool = False
    reason: str | None = None
    is_refused: bool = False
    tag: str | None = None
    user_tag: str | None = None
    detail: str | None = None
