"""API keys and sessions as the database returns them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from filmstrip.domain.scope import USUAL_SCOPES, Scope


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who may use the service. The key itself is shown once, when it is made; only its hash is kept.

    Attributes:
        id: Row number, from 1.
        name: What the operator calls it; unique among the keys that are not revoked.
        created_at: When it was made, UTC.
        revoked_at: Since when it opens nothing any more, UTC; None if it was not revoked.
        scopes: What it may be used for.
        expires_at: From when on it opens nothing any more, UTC; None if that never comes.
        last_used_at: When it last opened a session, created a task or listed some, UTC, to the minute; None if never.
    """

    id: int
    name: str
    created_at: datetime
    revoked_at: datetime | None = None
    scopes: frozenset[Scope] = USUAL_SCOPES
    expires_at: datetime | None = None
    last_used_at: datetime | None = field(default=None, compare=False)

    def is_good(self, now: datetime) -> bool:
        """Check whether it opens anything at a moment: it is neither revoked nor has it expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def may(self, scope: Scope) -> bool:
        """Check whether it may be used for something."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True)
class Session:
    """A login with an API key. Only the hash of its token is kept.

    Attributes:
        token_hash: SHA-256 of the token, lower-case hexadecimal.
        key: The API key that opened it.
        expires_at: When it ends, UTC.
    """

    token_hash: str
    key: ApiKey
    expires_at: datetime
