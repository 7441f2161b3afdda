"""A proxy in front of a real server that answers some requests itself: with an error, or with a broken connection."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

RESET = -1


@dataclass(frozen=True)
class SeenRequest:
    """A request that came by."""

    method: str
    path: str
    headers: dict[str, str]


def _no_fault(_request: SeenRequest) -> int | None:
    return None


@dataclass
class FaultyProxy:
    """What the proxy does: `fault` gives the status that it answers itself, RESET, or None to ask the real server."""

    port: int
    fault: Callable[[SeenRequest], int | None] = _no_fault
    fault_body: bytes = b""
    fault_headers: dict[str, str] = field(default_factory=dict)
    requests: list[SeenRequest] = field(default_factory=list)

    def fail_first(self, count: int, status: int) -> None:
        """Fail so many requests, then none."""
        left = iter([status] * count)
        self.fault = lambda _request: next(left, None)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    state: FaultyProxy
    real_port: int

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: broken connections are part of the tests."""


@contextmanager
def running_faulty_proxy(real_port: int) -> Iterator[FaultyProxy]:
    """Run the proxy until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.real_port, server.state = real_port, FaultyProxy(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _handle(self) -> None:
        server = cast("_Server", self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        seen = SeenRequest(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
        server.state.requests.append(seen)
        fault = server.state.fault(seen)
        if fault == RESET:
            self.close_connection = True
        elif fault is not None:
            self._send(fault, server.state.fault_headers, server.state.fault_body)
        else:
            self._send(*self._ask(server.real_port, body))

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _handle  # noqa: N815 - the names that http.server calls

    def _ask(self, port: int, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
