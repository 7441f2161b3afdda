"""Which kind of database a URL names."""

from __future__ import annotations

from filmstrip.db.backends._base import Backend

POSTGRESQL_SCHEMES = ("postgresql://", "postgres://")


def open_backend(url: str) -> Backend:
    """Open the database of a URL.

    Args:
        url: `sqlite:////PATH/TO/FILE` or `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`.

    Raises:
        ValueError: The URL is of neither form.
    """
    # A driver takes time to load that the users of the other one need not wait for.
    if url.startswith(POSTGRESQL_SCHEMES):
        from filmstrip.db.backends.postgresql import PostgresqlBackend  # noqa: PLC0415

        return PostgresqlBackend(url)
    from filmstrip.db.backends.sqlite import SqliteBackend  # noqa: PLC0415

    return SqliteBackend(url)
