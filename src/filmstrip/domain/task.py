"""The life of a task: its states and the steps between them that are allowed."""

from __future__ import annotations

from enum import StrEnum


class TaskStatus(StrEnum):
    """The states of a task as the API names them (Qencode's status values)."""

    CREATED = "created"
    DOWNLOADING = "downloading"
    QUEUED = "queued"
    ENCODING = "encoding"
    SAVING = "saving"
    COMPLETED = "completed"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen. A failed task is completed too, with its error set."""
        return self is TaskStatus.COMPLETED


_ORDER = list(TaskStatus)


def may_follow(current: TaskStatus, following: TaskStatus) -> bool:
    """Return whether a task may go from one state to another: only forward, and never out of a final state.

    The same state again is allowed, as a step that is repeated after a crash says it again.
    """
    return not (current.is_final and following is not current) and _ORDER.index(following) >= _ORDER.index(current)
