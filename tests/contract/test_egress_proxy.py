"""The proxy that holds obstore to the egress policy."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from urllib.parse import urlsplit

import pytest
import urllib3

from filmstrip.domain.errors import HostNotAllowedError
from filmstrip.storage.egress.policy import EgressPolicy
from filmstrip.storage.egress.proxy import EgressProxy
from filmstrip.testing.range_server import RangeServer
from filmstrip.testing.running_program import free_ports


@pytest.fixture
def allowing() -> Iterator[EgressProxy]:
    with closing(EgressProxy(EgressPolicy(("127.0.0.1",)), 5)) as proxy:
        yield proxy


@pytest.fixture
def refusing() -> Iterator[EgressProxy]:
    with closing(EgressProxy(EgressPolicy(()), 5)) as proxy:
        yield proxy


@pytest.fixture
def url(range_server: RangeServer) -> str:
    (range_server.folder / "a").write_bytes(b"x" * 1_000_000)
    return range_server.url_of("a")


def _get(proxy: EgressProxy, url: str, *, password: str | None = None) -> urllib3.BaseHTTPResponse:
    parts = urlsplit(proxy.url)
    headers = urllib3.make_headers(proxy_basic_auth=f"filmstrip:{password or parts.password}")
    with urllib3.ProxyManager(f"http://127.0.0.1:{parts.port}", proxy_headers=headers) as client:
        return client.request("GET", url, retries=False)


def test_an_allowed_host_is_reached(allowing: EgressProxy, range_server: RangeServer, url: str) -> None:
    """A request to an allowed host passes, without what was meant for the proxy."""
    answer = _get(allowing, url)
    assert (answer.status, len(answer.data)) == (200, 1_000_000)
    assert "proxy-authorization" not in range_server.requests[0].headers
    assert range_server.requests[0].path == "/a"


def test_a_host_that_is_not_allowed_gets_no_request(refusing: EgressProxy, range_server: RangeServer, url: str) -> None:
    """A refused host is not connected to, and the refusal is kept for the error of the store."""
    assert _get(refusing, url).status == 403
    assert range_server.requests == []
    assert isinstance(refusing.refusal, HostNotAllowedError)


def test_nobody_else_may_use_the_proxy(allowing: EgressProxy, range_server: RangeServer, url: str) -> None:
    """Without the password, which no other process has, the proxy serves no one."""
    assert _get(allowing, url, password="guess").status == 407
    assert range_server.requests == []


def test_an_unreachable_host_is_told(allowing: EgressProxy) -> None:
    """Where nothing listens, the client gets the error of a gateway."""
    (port,) = free_ports(1)
    assert _get(allowing, f"http://127.0.0.1:{port}/").status == 502


@pytest.mark.parametrize("sent", [b"", b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"\xff\xfe\r\n\r\n", b"x" * 200_000])
def test_nonsense_does_no_harm(allowing: EgressProxy, range_server: RangeServer, url: str, sent: bytes) -> None:
    """Whatever is sent to the proxy, it goes on serving."""
    address = ("127.0.0.1", urlsplit(allowing.url).port or 0)
    # The proxy may have answered and hung up before all was sent.
    with socket.create_connection(address, timeout=5) as client, suppress(OSError):
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
    assert _get(allowing, url).status == 200
    assert len(range_server.requests) == 1
