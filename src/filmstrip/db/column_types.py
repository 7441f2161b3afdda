"""Column types for the words of the domain, kept as JSON, and for moments, kept as UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


class Json(TypeDecorator[Any]):
    """A value of a domain type as JSON text."""

    impl = Text
    cache_ok = False

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self._adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Write a value as JSON."""
        return None if value is None else self._adapter.dump_json(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Read a value back, checked."""
        return None if value is None else self._adapter.validate_json(value)


class Words(TypeDecorator[str]):
    """Text in anybody's words. PostgreSQL's has no NUL, which becomes U+FFFD there."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write it as the database can."""
        return value if value is None or dialect.name == "sqlite" else value.replace("\0", "\ufffd")


class Moment(TypeDecorator[datetime]):
    """A moment, kept in UTC; aware of its zone outside."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn an aware moment to UTC without a zone."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Say that it is UTC."""
        return None if value is None else value.replace(tzinfo=UTC)
