"""Does a server that the operator allows lead to others that are not allowed?"""

from __future__ import annotations

import socket
from contextlib import closing, suppress
from pathlib import Path

import pytest

from filmstrip.domain.errors import DestinationError
from filmstrip.params.destination import Destination
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings
from raw_server import RawServer, running_raw_server


def _take(_server: RawServer, connection: socket.socket, _head: str) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_an_allowed_server_is_not_followed_elsewhere(tmp_path: Path, status: int) -> None:
    """Whatever is done at it, a host that nobody allowed gets no request."""
    with running_raw_server(_take) as inner:

        def redirect(_server: RawServer, connection: socket.socket, _head: str) -> None:
            where = f"Location: http://localhost:{inner.port}/private\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            connection.sendall(f"HTTP/1.1 {status} Elsewhere\r\n{where}".encode())

        with running_raw_server(redirect) as outer:
            host = f"127.0.0.1:{outer.port}"
            settings = StorageSettings(tmp_path, private_hosts=(host,), plain_http_hosts=(host,), retries=0)
            place = Destination.model_validate({"url": f"s3://{host}/bucket/a/", "key": "k", "secret": "s"})
            with closing(open_store(place, settings, is_folder=True)) as store:
                with pytest.raises(DestinationError):
                    store.put("a", b"small", "text/plain")
                with pytest.raises(DestinationError):
                    list(store.names())
                with suppress(DestinationError):
                    store.delete("a")
        assert {head.partition(" ")[0] for head in outer.heads} >= {"PUT", "GET", "POST"}
        assert inner.heads == []


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxies_of_the_environment_do_not_count(
    tmp_path: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a client stores goes to its server, not to whom the environment of the service names."""
    with running_raw_server(_take) as proxy, running_raw_server(_take) as server:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
        host = f"localhost:{server.port}"
        settings = StorageSettings(tmp_path, private_hosts=(host,), plain_http_hosts=(host,), retries=0)
        place = Destination.model_validate({"url": f"s3://{host}/bucket/a/", "key": "k", "secret": "s"})
        with closing(open_store(place, settings, is_folder=True)) as store:
            store.put("a", b"small", "text/plain")
        assert proxy.heads == []
        assert len(server.heads) == 1
