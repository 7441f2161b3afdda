"""Requests that are still to be answered. A shutdown waits for them.

aiohttp's own shutdown waits for handlers too, but drops what arrives meanwhile: a request whose body is not here yet
would never be answered.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler

from filmstrip.api.connections import Connection


class RequestsUnderWay:
    """Counts requests from their first line to their answer."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    async def follow(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count a request while it is handled."""
        self._count += 1
        self._none.clear()
        try:
            return await handler(request)
        finally:
            self._count -= 1
            if self._count == 0:
                self._none.set()

    async def wait_for_none(self, most_seconds: float) -> None:
        """Wait until every request is answered, or so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._none.wait(), most_seconds)


UNDER_WAY: web.AppKey[RequestsUnderWay] = web.AppKey("under_way", RequestsUnderWay)


@web.middleware
async def count_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a shutdown know of the request, and its connection that the head is whole."""
    connection = request.protocol
    if not isinstance(connection, Connection):
        return await request.app[UNDER_WAY].follow(request, handler)
    connection.begin_request()
    try:
        return await request.app[UNDER_WAY].follow(request, handler)
    finally:
        connection.end_request()
