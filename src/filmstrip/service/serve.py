"""How does the service run? From its start to a signal, and then to an orderly end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from filmstrip.api.under_way import UNDER_WAY
from filmstrip.domain.errors import FilmstripError
from filmstrip.service.app import build
from filmstrip.service.data_folder import ensure_keys, open_database
from filmstrip.service.housekeeping import housekeeping
from filmstrip.settings.service_settings import ServiceSettings
from filmstrip.settings.settings import Settings

_REQUEST_SECONDS = 5.0
"""How long requests under way may take to be answered once the service was told to stop."""

log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Run the service until SIGTERM or SIGINT; a second signal ends it at once.

    Raises:
        FilmstripError: It cannot start.
    """
    stopped = _on_signal()
    with open_database(settings.service) as database:
        ensure_keys(database, settings.service.api_keys)
        service = build(settings, database)
        await service.engine.start()
        try:
            async with housekeeping(settings.storage), _listening(service.app, settings.service) as url:
                log.info("listening", url=url)
                await stopped.wait()
                log.info("stopping", drain_seconds=settings.service.drain_seconds)
        finally:
            await service.engine.stop(settings.service.drain_seconds)
    log.info("stopped")


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
async def _listening(app: web.Application, settings: ServiceSettings) -> AsyncIterator[str]:
    """Answer requests until the block ends; gives the address."""
    # Our own middleware logs requests, with their ids.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_REQUEST_SECONDS)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await _start(site, settings)
        host, port = runner.addresses[0][:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        await site.stop()
        await app[UNDER_WAY].wait_for_none(_REQUEST_SECONDS)
    finally:
        await runner.cleanup()


async def _start(site: web.TCPSite, settings: ServiceSettings) -> None:
    try:
        await site.start()
    except OSError as error:
        raise FilmstripError(f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}") from None
