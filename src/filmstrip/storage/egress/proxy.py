"""A proxy of ours that holds clients which open their own connections to the egress policy: their only way out.

The proxy listens on loopback, serves this process alone (a random password says so) and knows CONNECT (RFC 9110,
9.3.6) for https and absolute request targets (RFC 9112, 3.2.2) for http.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit, urlunsplit

from filmstrip.domain.errors import HostNotAllowedError
from filmstrip.storage.egress.policy import EgressPolicy
from filmstrip.storage.trouble import trouble_connecting

_LONGEST_HEAD_BYTES = 1 << 16
_PIECE_BYTES = 1 << 18
_LAST_WORDS_SECONDS = 10.0
_SEND_SECONDS = 60
_HOP_BY_HOP = {b"proxy-authorization", b"proxy-connection", b"connection", b"keep-alive"}


class EgressProxy:
    """A forward proxy that connects only where the policy allows."""

    def __init__(self, policy: EgressPolicy, connect_timeout_seconds: float) -> None:
        self.policy = policy
        self.connect_timeout_seconds = connect_timeout_seconds
        self.refusal: HostNotAllowedError | None = None
        self.trouble: str | None = None
        password = secrets.token_urlsafe(24)
        self.authorization = b"Basic " + base64.b64encode(f"filmstrip:{password}".encode())
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="egress", daemon=True)
        self._thread.start()
        self.url = f"http://filmstrip:{password}@127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, proxy: EgressProxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Connection)


class _Connection(socketserver.BaseRequestHandler):
    """One connection of the client: one tunnel, or one forwarded request."""

    request: socket.socket

    def handle(self) -> None:
        proxy = cast("_Server", self.server).proxy
        with suppress(OSError, ValueError):
            head, rest = _read_head(self.request, proxy.connect_timeout_seconds)
            line, *fields = head.split(b"\r\n")
            if not hmac.compare_digest(_value(fields, b"proxy-authorization"), proxy.authorization):
                self._answer(HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)
                return
            self._serve(proxy, line.decode("ascii"), fields, rest)

    def _serve(self, proxy: EgressProxy, line: str, fields: list[bytes], rest: bytes) -> None:
        method, target, version = line.split(" ")
        is_tunnel = method == "CONNECT"
        url = urlsplit(f"//{target}" if is_tunnel else target)
        try:
            server = proxy.policy.connect(url.hostname or "", url.port or 80, proxy.connect_timeout_seconds)
        except HostNotAllowedError as refusal:
            proxy.refusal = refusal
            self._answer(HTTPStatus.FORBIDDEN)
            return
        except OSError as error:
            proxy.trouble = trouble_connecting(error)
            self._answer(HTTPStatus.BAD_GATEWAY)
            return
        proxy.trouble = None
        with server:
            if is_tunnel:
                self._answer(HTTPStatus.OK)
                server.sendall(rest)
            else:
                path = urlunsplit(("", "", url.path or "/", url.query, ""))
                server.sendall(_forwarded(f"{method} {path} {version}", fields) + rest)
            _join(self.request, server)

    def _answer(self, status: HTTPStatus) -> None:
        length = "" if status is HTTPStatus.OK else "Content-Length: 0\r\nConnection: close\r\n"
        self.request.sendall(f"HTTP/1.1 {status.value} {status.phrase}\r\n{length}\r\n".encode())


def _read_head(client: socket.socket, timeout_seconds: float) -> tuple[bytes, bytes]:
    client.settimeout(timeout_seconds)
    received = b""
    while b"\r\n\r\n" not in received:
        piece = client.recv(_PIECE_BYTES)
        if not piece or len(received) > _LONGEST_HEAD_BYTES:
            raise ConnectionAbortedError("No whole request")
        received += piece
    head, _blank, rest = received.partition(b"\r\n\r\n")
    return head, rest


def _value(fields: list[bytes], name: bytes) -> bytes:
    return next((value.strip() for field, _, value in _parted(fields) if field == name), b"")


def _parted(fields: list[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    for field in fields:
        name, _colon, value = field.partition(b":")
        yield name.strip().lower(), field, value


def _forwarded(line: str, fields: list[bytes]) -> bytes:
    """Write the head for the server: for this one request, as the connections of the two sides end together."""
    kept = [field for name, field, _value in _parted(fields) if name not in _HOP_BY_HOP]
    return b"\r\n".join([line.encode("ascii"), *kept, b"Connection: close", b"", b""])


def _join(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until the client has ended and the server has too, or has had a while for it."""
    for side in (one, other):
        side.settimeout(None)
        # Reading may take as long as it takes; a side that does not take what is sent is gone.
        side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _SEND_SECONDS, 0))
    back = threading.Thread(target=_carry, args=(other, one), name="egress-answers", daemon=True)
    back.start()
    _carry(one, other)
    # No client reads what a silent server may say after the client has gone.
    back.join(_LAST_WORDS_SECONDS)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)
    back.join()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE_BYTES):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
