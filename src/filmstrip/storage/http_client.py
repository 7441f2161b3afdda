"""How do we speak http to hosts that clients name? With pooled connections that are judged by the egress policy."""

from __future__ import annotations

import socket
import ssl
from functools import partial
from typing import cast

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError

from filmstrip import __version__
from filmstrip.storage.egress import EgressPolicy
from filmstrip.storage.settings import StorageSettings

USER_AGENT = f"Filmstrip/{__version__}"
OWN_HEADERS = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
"""Goes with each request: bytes are wanted as they are stored."""
_KEPT_CONNECTIONS = 16


class _JudgedHttpConnection(HTTPConnection):
    def __init__(self, *args: object, policy: EgressPolicy, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self._policy = policy

    def _new_conn(self) -> socket.socket:
        return _judged_socket(self, self._policy)


class _JudgedHttpsConnection(HTTPSConnection):
    def __init__(self, *args: object, policy: EgressPolicy, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self._policy = policy

    def _new_conn(self) -> socket.socket:
        return _judged_socket(self, self._policy)


def _judged_socket(connection: HTTPConnection, policy: EgressPolicy) -> socket.socket:
    timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
    try:
        return policy.connect(connection.host, connection.port, timeout)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except OSError as error:
        raise NewConnectionError(connection, f"{connection.host}: {error}") from error


class _JudgedHttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _JudgedHttpConnection


class _JudgedHttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _JudgedHttpsConnection


def make_http_client(settings: StorageSettings) -> urllib3.PoolManager:
    """Make a client that may be used by several threads; neither proxies nor credentials of the environment count.

    Every connection, also the one after a redirect, goes to an address that the egress policy allows; else the
    request raises `HostNotAllowedError`.
    """
    policy = EgressPolicy(settings.private_hosts)
    client = urllib3.PoolManager(
        num_pools=8,
        maxsize=_KEPT_CONNECTIONS,
        retries=False,
        timeout=urllib3.Timeout(connect=settings.connect_timeout_seconds, read=settings.read_timeout_seconds),
    )

    # A pool manager knows only its own options, so ours is bound to the classes of its pools.
    def make_https_pool(*args: object, **options: object) -> _JudgedHttpsPool:
        # Reading the system's authorities takes some 25 ms, which plain http need not wait for.
        return _JudgedHttpsPool(*args, policy=policy, ssl_context=_trust(settings), **options)  # type: ignore[arg-type]

    pools = {"http": partial(_JudgedHttpPool, policy=policy), "https": make_https_pool}
    client.pool_classes_by_scheme = cast("dict[str, type]", pools)
    return client


def _trust(settings: StorageSettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.ca_file is not None:
        context.load_verify_locations(settings.ca_file)
    return context
