"""Runs the service from its start to a signal, and then to an orderly end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager

import structlog
from aiohttp import web

from filmstrip.api.auth import WRONG_KEYS
from filmstrip.api.connections import connection_factory
from filmstrip.api.under_way import UNDER_WAY
from filmstrip.db.database import Database
from filmstrip.service.app import Role, Service, build
from filmstrip.service.data_folder import ensure_keys, is_shared, names_in_use, open_database
from filmstrip.service.housekeeping import housekeeping
from filmstrip.service.listening import address_of, listening_sockets
from filmstrip.service.store_check import check_stores, moved_keys, unknown_keys
from filmstrip.settings.mistakes import SettingsError
from filmstrip.settings.service_settings import ServiceSettings
from filmstrip.settings.settings import Settings

_REQUEST_SECONDS = 5.0
"""How long requests under way may take to be answered once the service was told to stop."""

_LAST_SECONDS = 3 * _REQUEST_SECONDS + 10.0
"""How long everything else may take after the time to drain: to answer requests, to close connections, to end."""

_NOTE_SECONDS = 2.0

log = structlog.get_logger(__name__)


async def serve(settings: Settings, role: Role = Role.ALL, *, replace: bool = False) -> None:
    """Run the service, or a part of it, until SIGTERM or SIGINT; a second signal ends it at once.

    Args:
        settings: All settings.
        role: What this process does.
        replace: Whether to take the place of a process of the same name that is alive.

    Raises:
        FilmstripError: It cannot start.
    """
    check_stores(settings.storage)
    _demand_shared(settings.service, role)
    _demand_all_queues(settings, role)
    stopped = _on_signal()
    with ExitStack() as stack:
        # First what may be refused, then what changes something: a start that fails must not touch what runs.
        sockets = stack.enter_context(_sockets(settings.service, role))
        watching = stack.enter_context(_watching_sockets(settings.service))
        database = stack.enter_context(open_database(settings.service, alone=True))
        if role.answers:
            _tell_stores(settings, database, ensure_keys(database, settings.service.api_keys))
        service = build(settings, database, role)
        await service.start(replace=replace)
        # What is loaded by now stays for ever: to look through it again and again for garbage would take 75 ms each
        # time, while no request is answered.
        gc.freeze()
        try:
            async with (
                housekeeping(service.temporary, service.uploads),
                _watched(service, watching),
                _answering(service, sockets),
            ):
                log.info("listening", url=address_of(sockets[0])) if sockets else log.info("working")
                await stopped.wait()
                log.info("stopping", drain_seconds=settings.service.drain_seconds)
                _end_for_certain(settings.service.drain_seconds + _LAST_SECONDS, service)
        finally:
            await service.stop(settings.service.drain_seconds)
    log.info("stopped")


@contextmanager
def _sockets(settings: ServiceSettings, role: Role) -> Iterator[Sequence[socket.socket]]:
    if not role.answers:
        yield ()
        return
    with listening_sockets(settings.host, settings.port) as sockets:
        yield sockets


@contextmanager
def _watching_sockets(settings: ServiceSettings) -> Iterator[Sequence[socket.socket]]:
    if settings.metrics_port is None:
        yield ()
        return
    with listening_sockets(settings.metrics_host, settings.metrics_port) as sockets:
        yield sockets


@asynccontextmanager
async def _watched(service: Service, sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    if service.metrics is None:
        yield
        return
    from filmstrip.service.watching import watched  # noqa: PLC0415 - as its library

    async with watched(service.metrics, service.checks, sockets):
        log.info("watched", url=address_of(sockets[0]))
        yield


def _demand_shared(settings: ServiceSettings, role: Role) -> None:
    if role is not Role.ALL and not is_shared(settings):
        raise SettingsError(
            f"database_url: `filmstrip {role}` is one of several processes, which share a PostgreSQL database: set it "
            "to postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or run `filmstrip serve`, which is all in one"
        )


def _demand_all_queues(settings: Settings, role: Role) -> None:
    if settings.jobs.queues and role is not Role.WORKER:
        raise SettingsError("queues: is for `filmstrip worker`, of which others take what it leaves: leave it out here")


def _tell_stores(settings: Settings, database: Database, moved: Sequence[str]) -> None:
    """Write into the log whom which store is lent to."""
    if not settings.storage.stores:
        return
    log.info("stores", lent=[str(store) for store in settings.storage.stores])
    for sentence in unknown_keys(settings.storage, names_in_use(database)):
        log.warning("store_for_nobody", reason=sentence)
    for sentence in moved_keys(settings.storage, moved):
        log.warning("store_for_another_key", reason=sentence)


def _end_for_certain(seconds: float, service: Service) -> None:
    """End this process after a while, whatever still goes on in it.

    A thread that waits for a server cannot be cancelled. What it does is done again after the next start, as after a
    crash; an operator who stops the service has other things to wait for.
    """

    def end() -> None:
        # No death of the service: nothing that was at work is to be suspected of one.
        if service.engine is not None:
            noting = threading.Thread(target=service.engine.end_all_marks, daemon=True)
            noting.start()
            noting.join(_NOTE_SECONDS)
        log.error("ended_at_once", reason="work did not end in time; it is taken up again at the next start")
        sys.stderr.flush()
        os._exit(0)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def _on_signal() -> asyncio.Event:
    """Make an event that the first signal sets; the next one does what signals do by default."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stopped.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    return stopped


@asynccontextmanager
async def _answering(service: Service, sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """Answer requests until the block ends, if this process does."""
    if service.app is None:
        yield
        return
    runner = web.AppRunner(service.app, shutdown_timeout=_REQUEST_SECONDS)
    await runner.setup()
    assert runner.server is not None  # noqa: S101 - setup() makes it
    make_connection = connection_factory(runner.server, service.api)
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(make_connection, sock=listener) for listener in sockets]
    try:
        yield
        for server in servers:
            server.close()
        service.app[WRONG_KEYS].release()
        await service.app[UNDER_WAY].wait_for_none(_REQUEST_SECONDS)
    finally:
        await runner.cleanup()
