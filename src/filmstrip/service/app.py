"""The composition root: the parts of the service are chosen and joined here, and nowhere else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from filmstrip.api.app import make_app
from filmstrip.api.parts import Parts
from filmstrip.api.settings import ApiSettings
from filmstrip.db.database import Database
from filmstrip.jobs.rules.free_disk import demand_free_disk
from filmstrip.jobs.tasks.engine import JobEngine
from filmstrip.outputs.registry import load_outputs
from filmstrip.settings.settings import Settings
from filmstrip.storage.temporary import TemporaryObject, find_temporary
from filmstrip.uploads.folder_store import FolderStore
from filmstrip.uploads.uploads import Uploads


@dataclass(frozen=True)
class Service:
    """The parts of a service that are started and stopped.

    Attributes:
        engine: Runs tasks.
        uploads: What clients send us.
        app: Answers requests.
        api: Limits of its connections.
    """

    engine: JobEngine
    uploads: Uploads
    app: web.Application
    api: ApiSettings


def build(settings: Settings, database: Database) -> Service:
    """Join all parts; nothing runs yet."""

    def demand_disk(folder: Path) -> None:
        demand_free_disk(folder, settings.jobs.free_disk_mb)

    load_outputs()  # Not while the first request waits.
    uploads = Uploads(database.uploads, FolderStore(settings.uploads.upload_root, demand_disk), settings.uploads)
    engine = JobEngine(
        database, settings.jobs, settings.media, settings.storage, callbacks=settings.callbacks, uploads=uploads
    )

    async def check_database() -> None:
        await asyncio.to_thread(database.check)

    def find_object(key: str) -> TemporaryObject | None:
        return find_temporary(settings.storage, key, datetime.now(UTC))

    checks = {"database": check_database, "tasks": engine.check}
    parts = Parts(database, engine, uploads, find_object, settings.service.public_url, checks, settings.api)
    return Service(engine, uploads, make_app(parts), settings.api)
