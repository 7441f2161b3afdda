"""Begins a failed task again beside a service, which runs the new one."""

from __future__ import annotations

import asyncio

from filmstrip.db.database import Database
from filmstrip.jobs.tasks.submitting import Desk
from filmstrip.service.opened_uploads import open_uploads
from filmstrip.settings.settings import Settings


def retry_task(settings: Settings, database: Database, token: str) -> str:
    """Begin a task again that failed or was cancelled, and return the token of the new one.

    Raises:
        FilmstripError: There is no such task, or it cannot be begun again.
    """
    desk = Desk(database, settings.jobs, settings.storage, open_uploads(settings, database))
    service = settings.service
    desk.open()
    try:
        return asyncio.run(desk.retry(token, service.public_url or f"http://{service.host}:{service.port}"))
    finally:
        desk.close()
