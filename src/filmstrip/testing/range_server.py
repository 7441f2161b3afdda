"""A file server on loopback that answers range requests, and misbehaves as it is told to."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

from filmstrip.testing.manners import Manners

_PIECE_BYTES = 1 << 16
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came.

    Attributes:
        path: Its target.
        headers: Its header fields, names in lower case.
        client: Address and port of the client: one per connection.
    """

    path: str
    headers: dict[str, str]
    client: tuple[str, int]


@dataclass
class RangeServer:
    """A running file server.

    Attributes:
        folder: What it hands out.
        url: Its own URL, without a slash at the end.
        manners: How it behaves.
        requests: What came so far.
        bytes_sent: What left so far, of bodies.
    """

    folder: Path
    url: str
    manners: Manners = field(default_factory=Manners)
    requests: list[Request] = field(default_factory=list)
    bytes_sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def url_of(self, name: str) -> str:
        """Return the URL of a file."""
        return f"{self.url}/{name}"

    def forget(self) -> None:
        """Start counting again."""
        with self._lock:
            self.requests, self.bytes_sent = [], 0

    def note(self, request: Request) -> None:
        """Count a request."""
        with self._lock:
            self.requests.append(request)

    def note_sent(self, size_bytes: int) -> None:
        """Count bytes of a body."""
        with self._lock:
            self.bytes_sent += size_bytes

    def take(self, fault: str) -> bool:
        """Use a fault up if it is due now, and return whether it was."""
        with self._lock:
            left: int = getattr(self.manners, fault)
            setattr(self.manners, fault, max(0, left - 1))
            return left > 0


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    state: RangeServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away are part of the tests."""


@contextmanager
def running_range_server(folder: Path, manners: Manners | None = None) -> Iterator[RangeServer]:
    """Hand out the files of a folder on a free port of loopback until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.state = RangeServer(folder, f"http://127.0.0.1:{server.server_address[1]}", manners or Manners())
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
    disable_nagle_algorithm = True

    @property
    def state(self) -> RangeServer:
        return cast("_Server", self.server).state

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        state, manners = self.state, self.state.manners
        headers = {name.lower(): value for name, value in self.headers.items()}
        state.note(Request(self.path, headers, self.client_address[:2]))
        time.sleep(manners.latency_seconds)
        if state.take("reset"):
            self.close_connection = True
            return
        path = state.folder / unquote(urlsplit(self.path).path).lstrip("/")
        refusal = self._refusal(path, headers)
        if refusal is not None:
            self._send_head(refusal, {"Location": manners.redirect} if manners.redirect else {}, 0)
            return
        self._send_file(path, headers.get("range"), with_body=with_body)

    def _refusal(self, path: Path, headers: dict[str, str]) -> HTTPStatus | None:
        manners = self.state.manners
        if manners.redirect is not None:
            return HTTPStatus.FOUND
        if path.name.endswith(manners.refuse_only) and self.state.take("refuse"):
            return HTTPStatus(manners.refusal)
        if manners.credentials not in {None, headers.get("authorization")}:
            return HTTPStatus.UNAUTHORIZED
        if not path.is_file():
            return HTTPStatus.NOT_FOUND
        if manners.etags and headers.get("if-match", _etag(path)) != _etag(path):
            return HTTPStatus.PRECONDITION_FAILED
        return None

    def _send_file(self, path: Path, asked: str | None, *, with_body: bool) -> None:
        manners = self.state.manners
        size_bytes = path.stat().st_size
        described = {"Accept-Ranges": "bytes" if manners.ranges else "none"}
        described |= {"ETag": _etag(path)} if manners.etags else {}
        described |= {"Last-Modified": formatdate(path.stat().st_mtime, usegmt=True)} if manners.dates else {}
        match = _RANGE.fullmatch(asked or "") if manners.ranges else None
        start, end = (int(match[1]), int(match[2] or size_bytes - 1) + 1) if match else (0, size_bytes)
        end = min(end, size_bytes)
        if match and start >= size_bytes:
            refused = {"Content-Range": f"bytes */{size_bytes}"}
            self._send_head(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, refused, 0)
            return
        if match:
            described["Content-Range"] = f"bytes {start}-{end - 1}/{size_bytes}"
        status = HTTPStatus.PARTIAL_CONTENT if match else HTTPStatus.OK
        self._send_head(status, described, end - start if manners.tells_size else None)
        if with_body:
            self._send_body(path, start, end)

    def _send_head(self, status: HTTPStatus, headers: dict[str, str], size_bytes: int | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.state.manners.allow_origin:
            self.send_header("Access-Control-Allow-Origin", self.state.manners.allow_origin)
        if size_bytes is None:
            self.send_header("Connection", "close")  # also ends the body, as nothing else does
        else:
            self.send_header("Content-Length", str(size_bytes))
        self.end_headers()

    def _send_body(self, path: Path, start: int, end: int) -> None:
        stops_at = start + (end - start) // 2 if self.state.take("cut") else end
        began_at, sent = time.monotonic(), 0
        with path.open("rb") as file, suppress(ConnectionError):
            file.seek(start)
            while piece := file.read(min(_PIECE_BYTES, stops_at - start - sent)):
                self.wfile.write(piece)
                sent += len(piece)
                self.state.note_sent(len(piece))
                self._pace(sent, began_at)
        self.close_connection = self.close_connection or stops_at < end

    def _pace(self, sent: int, began_at: float) -> None:
        rate = self.state.manners.bytes_per_second
        if rate is not None:
            time.sleep(max(0.0, began_at + sent / rate - time.monotonic()))


def _etag(path: Path) -> str:
    state = path.stat()
    return f'"{sha256(f"{state.st_size} {state.st_mtime_ns} {state.st_ino}".encode()).hexdigest()[:16]}"'
