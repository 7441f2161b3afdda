"""Long lists, cut into portions that fit into a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
_MOST = 500


def portions(values: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """Cut a list so that each portion fits into a statement (SQLite limits, 9; PostgreSQL takes 65535 parameters)."""
    together = tuple(values)
    return (together[first : first + _MOST] for first in range(0, len(together), _MOST))
