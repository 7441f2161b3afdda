"""The composition root: the parts of the service are chosen and joined here, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from aiohttp import web

from filmstrip.api.app import make_app
from filmstrip.api.parts import Check, Parts, Submitter
from filmstrip.api.settings import ApiSettings
from filmstrip.db.database import Database
from filmstrip.jobs.rules.meter import UNWATCHED
from filmstrip.jobs.tasks.engine import JobEngine
from filmstrip.jobs.tasks.submitting import Desk
from filmstrip.outputs.registry import load_outputs
from filmstrip.service.opened_uploads import open_uploads
from filmstrip.settings.settings import Settings
from filmstrip.storage.own.serving import TemporaryObject, TemporaryObjects
from filmstrip.uploads.uploads import Uploads

if TYPE_CHECKING:
    from filmstrip.service.metrics import Metrics


class Role(StrEnum):
    """What a process does for the service."""

    ALL = "serve"
    """Everything."""

    API = "api"
    """Answers clients; others run their tasks."""

    WORKER = "worker"
    """Runs tasks; others answer clients."""

    @property
    def answers(self) -> bool:
        """Whether it answers clients."""
        return self is not Role.WORKER

    @property
    def works(self) -> bool:
        """Whether it runs tasks."""
        return self is not Role.API


@dataclass(frozen=True)
class Service:
    """The parts of a service that are started and stopped.

    Attributes:
        database: Where everything is written down.
        uploads: What clients send us.
        engine: Runs tasks; None if others do.
        desk: Starts tasks that others run; None if this process runs them.
        app: Answers requests; None if others do.
        api: Limits of its connections.
        temporary: Results without a destination.
        metrics: Counts its work; None if nobody watches.
        checks: What must work, by name.
    """

    database: Database
    uploads: Uploads
    engine: JobEngine | None
    desk: Desk | None
    app: web.Application | None
    api: ApiSettings
    temporary: TemporaryObjects
    metrics: Metrics | None
    checks: Mapping[str, Check]

    async def start(self, *, replace: bool = False) -> None:
        """Begin.

        Args:
            replace: Whether to take the place of a process of the same name that is alive.

        Raises:
            ResourceError: It cannot.
        """
        if not self.database.is_shared:
            await asyncio.to_thread(self.uploads.begin)
        if self.engine is not None:
            await self.engine.start(replace=replace)
        if self.desk is not None:
            await asyncio.to_thread(self.desk.open)

    async def stop(self, drain_seconds: float) -> None:
        """Let running work end for so long, then end it; others or the next start go on with it."""
        if self.engine is not None:
            await self.engine.stop(drain_seconds)
        if self.desk is not None:
            await asyncio.to_thread(self.desk.close)


def build(settings: Settings, database: Database, role: Role = Role.ALL) -> Service:
    """Join all parts; nothing runs yet."""
    load_outputs()  # Not while the first request waits.
    if database.is_shared:
        settings = replace(settings, storage=settings.storage.of_fleet())
    uploads = open_uploads(settings, database)
    temporary = TemporaryObjects(settings.storage)
    metrics = None if settings.service.metrics_port is None else _metrics(database)
    engine = desk = app = None
    if role.works:
        engine = JobEngine(
            database,
            settings.jobs,
            settings.media,
            settings.storage,
            callbacks=settings.callbacks,
            uploads=uploads,
            meter=metrics or UNWATCHED,
        )
    else:
        desk = Desk(database, settings.jobs, settings.storage, uploads)
    checks = _checks(database, engine)
    if role.answers:
        submitter: Submitter | None = engine or desk
        assert submitter is not None  # noqa: S101 - who answers has one of the two

        def find_object(key: str) -> TemporaryObject | None:
            return temporary.find(key, datetime.now(UTC))

        app = make_app(
            Parts(database, submitter, uploads, find_object, settings.service.public_url, checks, settings.api)
        )
    return Service(database, uploads, engine, desk, app, settings.api, temporary, metrics, checks)


def _metrics(database: Database) -> Metrics:
    # Its library is loaded only where somebody watches.
    from filmstrip.service.metrics import Metrics  # noqa: PLC0415

    return Metrics(database.backlog.read)


def _checks(database: Database, engine: JobEngine | None) -> Mapping[str, Check]:
    async def check_database() -> None:
        await asyncio.to_thread(database.check)

    return {"database": check_database} | ({} if engine is None else {"tasks": engine.check})
