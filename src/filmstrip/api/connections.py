"""The protocol under every request: how many connections there are, and how long each may be silent.

A connection that sends nothing, or a byte now and then, costs a file descriptor of the process: the service's own work
needs some too.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

import structlog
from aiohttp import web

from filmstrip.api.client_address import counted_as, is_trusted
from filmstrip.api.errors import BodyError, BusyError, error_code
from filmstrip.api.settings import ApiSettings
from filmstrip.domain.errors import FilmstripError

_OWN_DESCRIPTORS = 256
"""What the service's own work needs: the database, sources, destinations, child processes."""
_GOODBYE_SECONDS = 2.0
"""How long a refused client may take to read why."""
_MOST_GOODBYES = 32

log = structlog.get_logger(__name__)


class Connections:
    """Counts the connections of all clients; for use in one event loop."""

    def __init__(self, settings: ApiSettings) -> None:
        """Count from zero; the limit leaves the process the descriptors that its own work needs."""
        self.settings = settings
        self.most = min(settings.max_connections, room_for_connections(settings.max_connections))
        self.goodbyes = 0
        self._by_address: Counter[str] = Counter()

    def admit(self, address: str) -> str | None:
        """Count a new connection, or return why it is refused."""
        if self._by_address.total() >= self.most:
            return f"The service has as many connections as it can serve ({self.most}): try again later"
        most = self.settings.max_connections_per_address
        if self._by_address[counted_as(address)] >= most and not is_trusted(address, self.settings.trusted_proxies):
            return f"Your address has as many connections as it may have ({most}): close some first"
        self._by_address[counted_as(address)] += 1
        return None

    def leave(self, address: str) -> None:
        """Count a connection no more."""
        key = counted_as(address)
        self._by_address[key] -= 1
        if self._by_address[key] <= 0:
            del self._by_address[key]


def room_for_connections(wanted: int) -> int:
    """Return how many connections the process has descriptors for; its soft limit is raised if it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _OWN_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(soft - _OWN_DESCRIPTORS, soft // 2)


class Connection(web.RequestHandler):
    """One client's connection, with a time limit for the head of each request."""

    def __init__(self, manager: web.Server, connections: Connections) -> None:
        loop = asyncio.get_running_loop()
        # Bodies are not unpacked: a few bytes could become a gigabyte before their number is known.
        idle = connections.settings.idle_seconds
        super().__init__(
            manager,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # None is allowed and means none
            keepalive_timeout=idle,
            lingering_time=_GOODBYE_SECONDS,
            auto_decompress=False,
        )
        self._connections = connections
        self._address = ""
        self._is_admitted = False
        self._is_listening = True
        self._goodbye: asyncio.TimerHandle | None = None
        self._requests = 0
        self._head_limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve the client, or tell it that there is no room."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio has no other for sockets
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]) if isinstance(peer, tuple) else ""
        refusal = self._connections.admit(self._address)
        if refusal is not None:
            log.info("connection_refused", address=self._address, reason=refusal)
            self._say_goodbye(transport, HTTPStatus.SERVICE_UNAVAILABLE, BusyError(refusal))
            return
        self._is_admitted = True
        self._end_with_stalled_reader(transport)
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends; a refused one is not listened to."""
        if not self._is_listening:
            return
        super().data_received(data)
        if self._requests == 0 and self._head_limit is None:
            self._expect_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Make room for another."""
        self._stop_expecting()
        if self._goodbye is not None:
            self._goodbye.cancel()
            self._connections.goodbyes -= 1
        if not self._is_admitted:
            return
        self._connections.leave(self._address)
        super().connection_lost(exc)

    def begin_request(self) -> None:
        """Note that the head of a request is whole."""
        self._requests += 1
        self._stop_expecting()

    def end_request(self) -> None:
        """Note that a request is answered."""
        self._requests -= 1

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP in our own form, without the framework's name and words."""
        del request, message
        error: FilmstripError = BodyError("The request is not valid HTTP, or its head is too long")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("request failed", exc_info=exc)
            error = FilmstripError("Internal server error")
        else:
            log.info("refused", reason=str(error), address=self._address)
        response = web.Response(status=status, text=_text(error), content_type="application/json")
        response.headers["Server"] = "filmstrip"
        response.force_close()
        return response

    def _expect_head(self) -> None:
        seconds = self._connections.settings.head_seconds
        if seconds:
            self._head_limit = asyncio.get_running_loop().call_later(seconds, self._end_slow_head)

    def _stop_expecting(self) -> None:
        if self._head_limit is not None:
            self._head_limit.cancel()
            self._head_limit = None

    def _end_slow_head(self) -> None:
        self._head_limit = None
        if self._requests or self.transport is None:
            return
        seconds = self._connections.settings.head_seconds
        error = BodyError(f"The head of the request did not come within {seconds:g} seconds")
        self._say_goodbye(self.transport, HTTPStatus.REQUEST_TIMEOUT, error)

    def _say_goodbye(self, transport: asyncio.Transport, status: HTTPStatus, error: FilmstripError) -> None:
        """Write why, and close; what the client sends meanwhile is read, or it would lose the answer."""
        self._is_listening = False
        transport.write(_answer(status, error))
        if self._connections.goodbyes >= _MOST_GOODBYES:
            transport.close()
            return
        self._connections.goodbyes += 1
        self._goodbye = asyncio.get_running_loop().call_later(_GOODBYE_SECONDS, transport.abort)
        transport.write_eof()

    def _end_with_stalled_reader(self, transport: asyncio.Transport) -> None:
        """Have the kernel end the connection of a client that takes nothing of its answer (tcp(7))."""
        connected: socket.socket | None = transport.get_extra_info("socket")
        milliseconds = int(self._connections.settings.idle_seconds * 1000)
        if connected is not None and connected.family in {socket.AF_INET, socket.AF_INET6} and milliseconds:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, min(milliseconds, 2**31 - 1))


def connection_factory(server: web.Server, settings: ApiSettings) -> Callable[[], Connection]:
    """Return what makes the protocol of each new connection."""
    connections = Connections(settings)
    if connections.most < settings.max_connections:
        log.warning("fewer_connections", possible=connections.most, wanted=settings.max_connections)
    return lambda: Connection(server, connections)


def _text(error: FilmstripError) -> str:
    return json.dumps({"error": error_code(error), "message": str(error)})


def _answer(status: HTTPStatus, error: FilmstripError) -> bytes:
    body = _text(error)
    head = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "Server: filmstrip",
        *(["Retry-After: 5"] if status is HTTPStatus.SERVICE_UNAVAILABLE else []),
    ]
    return "\r\n".join([*head, "", body]).encode()
