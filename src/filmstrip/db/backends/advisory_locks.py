"""The numbers of PostgreSQL's advisory locks that Filmstrip takes; they are the database's, so they have to stay."""

from __future__ import annotations

_OURS = 0x46_69_6C_6D_00_00

MIGRATIONS = _OURS + 2
"""The shape of the tables is changed."""

KEYS = _OURS + 3
"""API keys are made by what is known of the others."""

ENGINE = _OURS + 4
"""The durable engine starts, and makes its tables."""

EXECUTORS = _OURS + 5
"""An executor begins, by what is known of the others."""

TIDYING = _OURS + 6
"""One process looks after the scripts of those that are dead."""

JOURNAL = _OURS + 7
"""One process looks after the journals of tasks that ended."""
