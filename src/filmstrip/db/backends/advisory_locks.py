"""The numbers of PostgreSQL's advisory locks that Filmstrip takes; they are the database's, so they have to stay."""

from __future__ import annotations

SERVICE = 0x46_69_6C_6D_00_01
"""A service runs on the database."""

MIGRATIONS = 0x46_69_6C_6D_00_02
"""The shape of the tables is changed."""

KEYS = 0x46_69_6C_6D_00_03
"""API keys are made by what is known of the others."""
