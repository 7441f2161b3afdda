"""The kinds of scripts, and the queues where they wait for their turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Queue:
    """Where scripts wait for their turn.

    Attributes:
        name: Is in the database.
        at_once: How many of its scripts run at a time.
        at_once_per_key: How many of them may belong to one API key, or to whatever their share is counted by.
    """

    name: str
    at_once: int
    at_once_per_key: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of script.

    Attributes:
        script: What runs, in the event loop of the engine.
        queue: Where it waits.
    """

    script: Callable[..., Awaitable[None]]
    queue: Queue
