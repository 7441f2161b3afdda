"""A receiver of callbacks: a real web server that accepts them, or is what a test wants it to be."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from toy_service import eventually


@dataclass(frozen=True)
class Call:
    """A call that came, whether it was accepted or not."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("ascii"), keep_blank_values=True, strict_parsing=True))

    @property
    def event(self) -> str:
        return self.fields["event"]

    @property
    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.fields["status"]))


@dataclass
class Receiver:
    """A running one.

    Attributes:
        url: Its address.
        calls: What came, in that order.
        accepted: What of it was answered by 200.
        answer: The HTTP status of the answer to a call; it may take its time.
        ended: Set when the test is over: an answer that waits, waits for this.
    """

    url: str
    calls: list[Call] = field(default_factory=list)
    accepted: list[Call] = field(default_factory=list)
    answer: Callable[[Call], int] = lambda _call: 200
    ended: threading.Event = field(default_factory=threading.Event)

    def be_silent(self, _call: Call) -> int:
        """Be an answer that never comes."""
        self.ended.wait()
        return 500

    def events(self, token: str) -> list[str]:
        """What a task's receiver has accepted: the events, those of outputs with their tags."""
        of_task = [call.fields for call in list(self.accepted) if call.fields["task_token"] == token]
        return [f"{fields['tag']} {fields['event']}" if "tag" in fields else fields["event"] for fields in of_task]

    def await_events(self, token: str, *events: str) -> None:
        """Wait until a task was told of whole, and see to it that it was told in this order, each event once."""
        eventually(lambda: events[-1] in self.events(token), f"{events} of {self.events(token)}")
        assert self.events(token) == list(events)


@contextmanager
def running_receiver(port: int = 0) -> Iterator[Receiver]:
    """Run a receiver until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.calls.append(call)
            status = receiver.answer(call)
            if status == 200:
                receiver.accepted.append(call)
            with suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
