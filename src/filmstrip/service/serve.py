"""Runs the service from its start to a signal, and then to an orderly end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from filmstrip.api.auth import WRONG_KEYS
from filmstrip.api.connections import connection_factory
from filmstrip.api.under_way import UNDER_WAY
from filmstrip.db.database import Database
from filmstrip.service.app import Service, build
from filmstrip.service.data_folder import ensure_keys, names_in_use, open_database
from filmstrip.service.housekeeping import housekeeping
from filmstrip.service.listening import address_of, listening_sockets
from filmstrip.service.store_check import check_stores, moved_keys, unknown_keys
from filmstrip.settings.settings import Settings

_REQUEST_SECONDS = 5.0
"""How long requests under way may take to be answered once the service was told to stop."""

_LAST_SECONDS = 3 * _REQUEST_SECONDS + 10.0
"""How long everything else may take after the time to drain: to answer requests, to close connections, to end."""

_NOTE_SECONDS = 2.0

log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Run the service until SIGTERM or SIGINT; a second signal ends it at once.

    Raises:
        FilmstripError: It cannot start, or another service has taken its database.
    """
    check_stores(settings.storage)
    stopped = _on_signal()
    listening = settings.service
    with (
        # First what may be refused, then what changes something: a start that fails must not touch what runs.
        listening_sockets(listening.host, listening.port) as sockets,
        open_database(settings.service, alone=True) as database,
    ):
        moved = ensure_keys(database, settings.service.api_keys)
        _tell_stores(settings, database, moved)
        service = build(settings, database)
        await asyncio.to_thread(service.uploads.begin)
        await service.engine.start()
        # What is loaded by now stays for ever: to look through it again and again for garbage would take 75 ms each
        # time, while no request is answered.
        gc.freeze()
        try:
            async with (
                housekeeping(settings.storage, service.uploads, database, stopped.set) as kept,
                _answering(service, sockets),
            ):
                log.info("listening", url=address_of(sockets[0]))
                await stopped.wait()
                log.info("stopping", drain_seconds=settings.service.drain_seconds)
                _end_for_certain(settings.service.drain_seconds + _LAST_SECONDS, database)
        finally:
            await service.engine.stop(settings.service.drain_seconds)
    log.info("stopped")
    if kept.lost is not None:
        raise kept.lost


def _tell_stores(settings: Settings, database: Database, moved: Sequence[str]) -> None:
    """Write into the log whom which store is lent to."""
    if not settings.storage.stores:
        return
    log.info("stores", lent=[str(store) for store in settings.storage.stores])
    for sentence in unknown_keys(settings.storage, names_in_use(database)):
        log.warning("store_for_nobody", reason=sentence)
    for sentence in moved_keys(settings.storage, moved):
        log.warning("store_for_another_key", reason=sentence)


def _end_for_certain(seconds: float, database: Database) -> None:
    """End this process after a while, whatever still goes on in it.

    A thread that waits for a server cannot be cancelled. What it does is done again after the next start, as after a
    crash; an operator who stops the service has other things to wait for.
    """

    def end() -> None:
        # No death of the service: nothing that was at work is to be suspected of one.
        noting = threading.Thread(target=database.interruptions.end_all_work, daemon=True)
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
    """Answer requests until the block ends."""
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
