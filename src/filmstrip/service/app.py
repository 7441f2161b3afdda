"""The composition root: the parts of the service are chosen and joined here, and nowhere else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from filmstrip.api.app import make_app
from filmstrip.api.parts import Parts
from filmstrip.api.settings import ApiSettings
from filmstrip.db.database import Database
from filmstrip.jobs.tasks.engine import JobEngine
from filmstrip.outputs.registry import load_outputs
from filmstrip.settings.settings import Settings
from filmstrip.storage.temporary import TemporaryObject, find_temporary


@dataclass(frozen=True)
class Service:
    """The parts of a service that are started and stopped.

    Attributes:
        engine: Runs tasks.
        app: Answers requests.
        api: Limits of its connections.
    """

    engine: JobEngine
    app: web.Application
    api: ApiSettings


def build(settings: Settings, database: Database) -> Service:
    """Join all parts; nothing runs yet."""
    load_outputs()  # Not while the first request waits.
    engine = JobEngine(database, settings.jobs, settings.media, settings.storage)

    async def check_database() -> None:
        await asyncio.to_thread(database.check)

    def find_object(key: str) -> TemporaryObject | None:
        return find_temporary(settings.storage, key, datetime.now(UTC))

    checks = {"database": check_database, "tasks": engine.check}
    parts = Parts(database, engine, find_object, settings.service.public_url, checks, settings.api)
    return Service(engine, make_app(parts), settings.api)
