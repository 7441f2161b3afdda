"""What an API key may be used for."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """What holders of an API key may do."""

    SUBMIT = "submit"
    """Create tasks, upload their sources, start and cancel them, and begin them again."""

    READ = "read"
    """List the tasks of the same key, and the profiles that the operator keeps."""

    ADMIN = "admin"
    """All of that, and list, cancel and begin again the tasks of every key."""


USUAL_SCOPES = frozenset({Scope.SUBMIT, Scope.READ})
"""What a key may be used for of which nothing else is said."""
