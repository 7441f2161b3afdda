"""Profiles and transfer methods as the database returns them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ProfileKind(StrEnum):
    """What the operator keeps for clients to name."""

    PROFILE = "profile"
    """A query without a source."""

    TRANSFER_METHOD = "transfer_method"
    """A destination."""


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A profile or a transfer method that the operator keeps.

    Attributes:
        kind: Which of the two it is.
        identity: What clients call it: 1 to 64 letters, digits, dots, hyphens and underscores.
        text: JSON text; it may hold secrets.
        name: What people call it.
        key_names: Names of the API keys that may use it; all may if there is none.
        created_at: Since when it is kept, UTC; None before that.
    """

    kind: ProfileKind
    identity: str
    text: str = field(repr=False)
    name: str = ""
    key_names: tuple[str, ...] = ()
    created_at: datetime | None = None

    def is_for(self, key_name: str | None) -> bool:
        """Check whether an API key may use it, None being the operator."""
        return not self.key_names or key_name is None or key_name in self.key_names
