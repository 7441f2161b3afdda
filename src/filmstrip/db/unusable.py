"""Says in one sentence why a database cannot be used, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from filmstrip.domain.errors import ResourceError

_NO_RIGHT = "42501"
"""insufficient_privilege (PostgreSQL manual, appendix A)."""

_RIGHTS = (
    ": its user has to make tables and a schema, so make that user the owner of the database, or grant it CREATE on "
    "the database and on its schema public"
)


@contextmanager
def telling_why() -> Iterator[None]:
    """Explain why the database does not do what is asked of it in the block.

    Raises:
        ResourceError: It does not.
    """
    try:
        yield
    except DBAPIError as error:
        raise ResourceError(f"The database cannot be used: {_reason(error)}") from error


def _reason(error: DBAPIError) -> str:
    # Of what was asked, PostgreSQL shows lines; its drivers give advice on lines of their own.
    primary = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    reason = " ".join(str(primary or error.orig).split())
    return reason + _RIGHTS if getattr(error.orig, "sqlstate", None) == _NO_RIGHT else reason
