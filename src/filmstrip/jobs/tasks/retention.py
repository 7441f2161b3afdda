"""Forgets what the settings say is kept no longer: tasks, tokens that were never started, queries of failed tasks."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog

from filmstrip.db.database import Database, utc_now
from filmstrip.jobs.settings import JobSettings
from filmstrip.storage.settings import StorageSettings

_PAUSE_SECONDS = 60.0
_log = structlog.get_logger()


class Retention:
    """Forgets what is kept no longer."""

    def __init__(self, database: Database, settings: JobSettings, storage: StorageSettings) -> None:
        """Prepare it.

        Args:
            database: Where everything is written down.
            settings: How long tasks are kept.
            storage: How long results without a destination are kept.
        """
        self._database = database
        self._settings = settings
        self._storage = storage
        self._due_at = 0.0

    def look(self) -> None:
        """Forget what is due, about once a minute however often it is called; blocking."""
        if time.monotonic() < self._due_at:
            return
        self._due_at = time.monotonic() + _PAUSE_SECONDS
        rows, now = self._database.retention, utc_now()
        counts = {"queries": rows.forget_queries()}
        counts["waiting"] = rows.forget_waiting(now - timedelta(days=self._settings.waiting_task_days))
        if self._settings.task_days:
            # As long as the temporary store has results of a task, its status says where.
            life = max(timedelta(days=self._settings.task_days), timedelta(hours=self._storage.temporary_hours))
            counts["tasks"] = rows.forget_ended(now - life)
        if any(counts.values()):
            _log.info("forgotten", **counts)
