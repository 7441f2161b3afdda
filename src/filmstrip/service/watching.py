"""A port for whoever watches the service, apart from clients: `/metrics`, `/healthz` and `/readyz`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from socket import socket

from aiohttp import web

from filmstrip.api.health import routes as health
from filmstrip.api.parts import CHECKS, Check
from filmstrip.service.metrics import Metrics

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS_TO_END = 2.0


@asynccontextmanager
async def watched(metrics: Metrics, checks: Mapping[str, Check], sockets: Sequence[socket]) -> AsyncIterator[None]:
    """Answer on sockets until the block ends; on none, do nothing."""
    if not sockets:
        yield
        return
    runner = web.AppRunner(_app(metrics, checks), access_log=None, shutdown_timeout=_SECONDS_TO_END)
    await runner.setup()
    try:
        for listener in sockets:
            await web.SockSite(runner, listener).start()
        yield
    finally:
        await runner.cleanup()


def _app(metrics: Metrics, checks: Mapping[str, Check]) -> web.Application:
    one_at_a_time = asyncio.Lock()

    async def tell(_request: web.Request) -> web.Response:
        async with one_at_a_time:
            text = await asyncio.to_thread(metrics.text)
        return web.Response(body=text, headers={"Content-Type": _CONTENT_TYPE})

    app = web.Application()
    app[CHECKS] = checks
    app.add_routes([web.get("/metrics", tell)])
    app.add_routes(health)
    return app
