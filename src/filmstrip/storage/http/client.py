"""HTTP to hosts that clients name, over pooled connections that are judged by the egress policy."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError

from filmstrip import __version__
from filmstrip.storage.egress.policy import EgressPolicy
from filmstrip.storage.http.guarded_socket import GuardedTlsSocket, expect_answer, guarded, head_within
from filmstrip.storage.settings import StorageSettings

USER_AGENT = f"Filmstrip/{__version__}"
OWN_HEADERS = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
"""Goes with each request: bytes are wanted as they are stored."""
_KEPT_CONNECTIONS = 16
_LEAST_SECONDS = 0.001
"""A timeout of none would mean not to wait, and be another error."""


@dataclass(frozen=True)
class _Manners:
    """How connections are made and watched."""

    policy: EgressPolicy
    bytes_per_second: float
    window_seconds: float
    deadline: float | None = None

    def expect_answer(self, connection: object) -> None:
        expect_answer(connection, self.bytes_per_second, self.window_seconds, self.deadline)

    def seconds_to_connect(self, seconds: float | None) -> float | None:
        """Return how long a connection may take to be made, by its own limit and by the deadline."""
        if self.deadline is None:
            return seconds
        left = max(_LEAST_SECONDS, self.deadline - time.monotonic())
        return left if seconds is None else min(seconds, left)


class _Judged:
    """A connection to an address that the policy allows, whose answers may not trickle."""

    sock: socket.socket | None
    timeout: object
    host: str
    port: int

    def __init__(self, *args: object, manners: _Manners, **options: object) -> None:
        super().__init__(*args, **options)
        self._manners = manners

    def _new_conn(self) -> socket.socket:
        return guarded(_judged_socket(cast("HTTPConnection", self), self._manners))

    def request(self, *args: Any, **options: Any) -> None:
        self._manners.expect_answer(self.sock)
        super().request(*args, **options)  # type: ignore[misc]
        self._manners.expect_answer(self.sock)

    def getresponse(self) -> Any:
        seconds = self.timeout if isinstance(self.timeout, int | float) else None
        with head_within(self.sock, seconds):
            return super().getresponse()  # type: ignore[misc]


class _JudgedHttpConnection(_Judged, HTTPConnection):  # type: ignore[misc]
    pass


class _JudgedHttpsConnection(_Judged, HTTPSConnection):  # type: ignore[misc]
    pass


def _judged_socket(connection: HTTPConnection, manners: _Manners) -> socket.socket:
    timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
    try:
        return manners.policy.connect(connection.host, connection.port, manners.seconds_to_connect(timeout))
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except OSError as error:
        raise NewConnectionError(connection, f"{connection.host}: {error}") from error


class _JudgedHttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _JudgedHttpConnection  # type: ignore[assignment]  # a mixin hides that it is one


class _JudgedHttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _JudgedHttpsConnection  # type: ignore[assignment]  # a mixin hides that it is one


def make_http_client(settings: StorageSettings, deadline: float | None = None) -> urllib3.PoolManager:
    """Make a client that may be used by several threads; neither proxies nor credentials of the environment count.

    Every connection, also the one after a redirect, goes to an address that the egress policy allows; else the
    request raises `HostNotAllowedError`.

    Args:
        settings: What is allowed, and how long servers are waited for.
        deadline: When its answers have to be there, by the monotonic clock; None for any time.
    """
    policy = EgressPolicy(settings.private_hosts)
    manners = _Manners(policy, settings.min_kib_per_second * 1024, settings.slow_seconds, deadline)
    client = urllib3.PoolManager(
        num_pools=8,
        maxsize=_KEPT_CONNECTIONS,
        retries=False,
        timeout=urllib3.Timeout(connect=settings.connect_timeout_seconds, read=settings.read_timeout_seconds),
    )

    # A pool manager knows only its own options, so ours is bound to the classes of its pools.
    def make_https_pool(*args: object, **options: object) -> _JudgedHttpsPool:
        # Reading the system's authorities takes some 25 ms, which plain http need not wait for.
        return _JudgedHttpsPool(*args, manners=manners, ssl_context=trusted_authorities(settings), **options)  # type: ignore[arg-type]

    pools = {"http": partial(_JudgedHttpPool, manners=manners), "https": make_https_pool}
    client.pool_classes_by_scheme = cast("dict[str, type]", pools)
    return client


def trusted_authorities(settings: StorageSettings) -> ssl.SSLContext:
    """Make what TLS connections need: the system's authorities, the operator's, and sockets that can be watched."""
    context = ssl.create_default_context()
    context.sslsocket_class = GuardedTlsSocket
    if settings.ca_file is not None:
        context.load_verify_locations(settings.ca_file)
    return context
