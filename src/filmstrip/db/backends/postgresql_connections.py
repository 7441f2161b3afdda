"""How connections to PostgreSQL are opened: with limits for a server, and for a machine, that falls silent."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError

_CONNECT_SECONDS = 5
_MOST_CONNECTIONS = 20
_FORM = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"

_OURS: Mapping[str, int] = {
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""Parameters of libpq (PostgreSQL manual, 34.1.2) unless the URL has others: a server whose packets do not arrive is
noticed within half a minute. The kernel would wait for two hours, and whoever asked with it."""

_OF_SERVER: Mapping[str, str] = {
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "10s",
    "tcp_keepalives_interval": "5s",
    "tcp_keepalives_count": "3",
}
"""Settings of the session (manual, 20.3.2 and 20.11.1) unless the URL has others: the server lets go of the locks of a
process that was stopped in the middle of a transaction, or whose machine is gone."""

_FRESH_SECONDS = 1.0
"""How long a connection counts as good after its last use. To ask each time would be half of all transactions."""

_USED_AT, _IS_GOOD = "filmstrip_used_at", "filmstrip_is_good"

_SECRET_PARAMETERS = ("password", "sslpassword")


def parse_url(url: str) -> URL:
    """Parse the address of a database.

    Args:
        url: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, with parameters of libpq behind a question mark.

    Raises:
        ValueError: The URL is not of that form.
    """
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise ValueError(f"database_url: it is not of the form {_FORM}") from None
    if "@" in (parsed.host or ""):
        # What is behind the first @ would be shown as the name of a host that is not found.
        raise ValueError(
            "database_url: a special character in the user or the password is written as % and two digits (@ is %40): "
            + _FORM
        )
    if not parsed.database:
        raise ValueError(f"database_url: it names no database: {_FORM}")
    return parsed


def shown_place(url: URL) -> str:
    """Write an address for people, without its passwords."""
    shown = url.difference_update_query(_SECRET_PARAMETERS).set(drivername="postgresql")
    return shown.render_as_string(hide_password=True)


def open_engine(url: URL) -> Engine:
    """Open a database; nothing is connected yet."""
    engine = create_engine(
        url,
        # The one used last is used next, so that few are kept in use.
        pool_use_lifo=True,
        pool_size=_MOST_CONNECTIONS // 2,
        max_overflow=_MOST_CONNECTIONS // 2,
        pool_timeout=_CONNECT_SECONDS,
        # PgBouncer gives statements to sessions that have not prepared them.
        connect_args={"prepare_threshold": None} | {name: _OURS[name] for name in _OURS if name not in url.query},
        # Errors are shown; what was sent may be a secret.
        hide_parameters=True,
    )
    wanted = {name: _OF_SERVER[name] for name in _OF_SERVER if name not in str(url.query.get("options", ""))}
    event.listen(engine, "connect", lambda connection, _record: _set_up(connection, wanted))
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", lambda connection, record, _proxy: _ask_if_old(engine, connection, record))
    return engine


def connect_directly(url: URL) -> psycopg.Connection[Any]:
    """Connect for what one connection does alone, without transactions."""
    ours = {name: str(value) for name, value in _OURS.items() if name not in url.query}
    text = url.set(drivername="postgresql").update_query_dict(ours).render_as_string(hide_password=False)
    return psycopg.connect(text, autocommit=True)


def ask_if_unsure(connection: Connection) -> None:
    """Make sure that a connection answers, at the beginning of a transaction in which it is given out.

    Raises:
        DBAPIError: It does not. Nothing was done yet, so the transaction can be begun again.
    """
    if not connection.info.pop(_IS_GOOD, False):
        connection.exec_driver_sql("SELECT 1")


def _note_use(_connection: Any, record: Any) -> None:
    record.info[_USED_AT] = time.monotonic()


def _ask_if_old(engine: Engine, connection: Any, record: Any) -> None:
    """Ask a connection that may have died while nobody used it whether it lives, before it is given out."""
    used_at = record.info.get(_USED_AT)
    record.info[_IS_GOOD] = used_at is None
    if used_at is None or time.monotonic() - used_at < _FRESH_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error
    record.info[_IS_GOOD] = True


def _set_up(connection: Any, settings: dict[str, str]) -> None:
    connection.execute("SELECT set_config(key, value, false) FROM json_each_text(%s)", (json.dumps(settings),))
    connection.commit()
