"""Can clients that are silent, slow, many or wrong keep others out? Against a real service, over real connections."""

from __future__ import annotations

import json
import select
import socket
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from filmstrip.testing.filmstrip_server import filmstrip_program
from filmstrip.testing.running_program import RunningProgram, free_ports

pytestmark = pytest.mark.timeout(240)

KEY = "0123456789abcdef"
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"


@contextmanager
def serving(folder: Path, settings: Mapping[str, str], descriptors: int | None = None) -> Iterator[int]:
    """Run the service, perhaps with few file descriptors; gives its port."""
    port = free_ports(1)[0]
    own = {"FILMSTRIP_PORT": str(port), "FILMSTRIP_DATA_DIR": str(folder / "data"), "FILMSTRIP_API_KEYS": KEY}
    limit = f"import os, resource, sys; n = {descriptors}; n and resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)); "
    arguments = [sys.executable, "-c", limit + "os.execv(sys.argv[1], sys.argv[1:])", filmstrip_program(), "serve"]
    with RunningProgram(arguments, folder / "log", own | dict(settings)) as program:
        program.wait_until(lambda: is_ready(port), 60)
        yield port


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def everything(connection: socket.socket) -> bytes:
    """Read until the service closes the connection; the test's time limit ends a wait for nothing."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def body_of(answer: bytes) -> dict[str, Any]:
    return dict(json.loads(answer.partition(b"\r\n\r\n")[2]))


def login(port: int, key: str, **headers: str) -> dict[str, Any]:
    body = urllib.parse.urlencode({"api_key": key}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/access_token", body, headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return dict(json.load(response))


@pytest.fixture(scope="module")
def hasty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hasty")


@pytest.fixture(scope="module")
def hasty(hasty_folder: Path) -> Iterator[int]:
    """The port of a service that waits for nobody longer than a second, and three for a further request."""
    settings = {"FILMSTRIP_HEAD_SECONDS": "1", "FILMSTRIP_BODY_SECONDS": "1", "FILMSTRIP_IDLE_SECONDS": "3"}
    with serving(hasty_folder, settings) as port:
        yield port


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a service with few descriptors, which one address may use up, and few wrong keys."""
    settings = {
        "FILMSTRIP_HEAD_SECONDS": "30",
        "FILMSTRIP_MAX_CONNECTIONS_PER_ADDRESS": "1000",
        "FILMSTRIP_WRONG_KEYS": "3",
        "FILMSTRIP_WRONG_KEY_PAUSE_SECONDS": "30",
    }
    with serving(tmp_path_factory.mktemp("crowded"), settings, descriptors=256) as port:
        yield port


SHARED = {
    "FILMSTRIP_MAX_CONNECTIONS_PER_ADDRESS": "3",
    "FILMSTRIP_WRONG_KEYS": "1",
    "FILMSTRIP_WRONG_KEY_PAUSE_SECONDS": "0.5",
}
"""Each address may have few connections, and is slowed down after one wrong key."""


def test_silent_and_dripping_clients_are_ended(hasty: int) -> None:
    """A client that sends nothing, half a head, half a body or nothing more ends by itself, and hears why."""
    with ExitStack() as opened:
        silent, half_head, half_body, idle = (opened.enter_context(connect(hasty)) for _ in range(4))
        half_head.sendall(REQUEST[:10])
        half_body.sendall(b"POST /v1/status HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\ntask")
        idle.sendall(REQUEST)
        for connection in (silent, half_head):
            answer = everything(connection)
            assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
            assert body_of(answer)["message"] == "The head of the request did not come within 1 seconds"
        answer = everything(half_body)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert body_of(answer) == {"error": 19, "message": "The body did not come within 1 seconds"}
        assert everything(idle).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_head_that_drips_is_ended(hasty: int) -> None:
    """The time is for the whole head: a byte now and then does not renew it, nor does an earlier request."""
    for before in (b"", REQUEST):
        with connect(hasty) as connection:
            connection.settimeout(0.2)
            connection.sendall(before + REQUEST[:-4] + b"\r\nX-Slow: ")
            answer, dripped = b"", 0
            while b" 408 " not in answer:
                dripped += 1
                connection.sendall(b"a")
                try:
                    answer += connection.recv(65536)
                except TimeoutError:
                    continue
            assert dripped > 2


def test_no_number_of_idle_connections_stops_the_service(crowded: int) -> None:
    """With 256 descriptors and 230 idle clients the service answers, works, and tells who is refused why."""
    with ExitStack() as opened:
        early = opened.enter_context(connect(crowded))
        idle = [opened.enter_context(connect(crowded)) for _ in range(230)]
        early.sendall(b"POST /v1/access_token HTTP/1.1\r\nHost: h\r\nConnection: close\r\n")
        body = f"api_key={KEY}".encode()
        early.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert body_of(everything(early))["error"] == 0
        answer = everything(idle[-1])
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert body_of(answer)["error"] == 8
        assert "has as many connections as it can serve (128)" in body_of(answer)["message"]
        for connection in idle:
            connection.close()
        eventually(lambda: is_ready(crowded))


def test_an_address_has_its_share_and_is_known_by_itself_only(tmp_path: Path) -> None:
    """One address cannot take all connections, and what it says of another address or name counts for nothing."""
    with serving(tmp_path, SHARED) as port:
        token = login(port, KEY)["token"]
        headers = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.com"}
        assert created(port, token, headers)["upload_url"] == f"http://127.0.0.1:{port}/v1/upload_file"
        with ExitStack() as opened:
            connections = [opened.enter_context(connect(port)) for _ in range(20)]
            refused = everything(connections[-1])
            assert "Your address has as many connections as it may have (3)" in body_of(refused)["message"]


def test_a_client_that_takes_nothing_is_ended(tmp_path: Path) -> None:
    """A client that asks for a large file and reads none of it keeps its place for a while only."""
    hour, folder = f"{datetime.now(UTC) + timedelta(hours=5):%Y%m%d%H}", "a" * 32
    stored = tmp_path / "data" / "temporary" / hour / folder
    stored.mkdir(parents=True)
    with (stored / "large.mp4").open("wb") as file:
        file.truncate(1 << 28)
    settings = {"FILMSTRIP_IDLE_SECONDS": "2", "FILMSTRIP_MAX_CONNECTIONS": "1"}
    with serving(tmp_path, settings) as port, connect(port) as connection:
        connection.sendall(f"GET /storage/{hour}/{folder}/large.mp4 HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        assert connection.recv(12) == b"HTTP/1.1 200"
        assert not is_ready(port)
        eventually(lambda: is_ready(port))


def test_what_is_no_http_is_answered_in_our_own_form(hasty: int, hasty_folder: Path) -> None:
    """Garbage, and a head that is too long, get an answer that tells nothing of what the service is made of."""
    for garbage in (b"\x16\x03\x01\x02\x00\x01\x00\x01", b"GET / HTTP/9\r\n\r\n", b"GET /" + b"a" * 20_000):
        with connect(hasty) as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            answer = everything(connection)
            if answer:
                assert body_of(answer)["message"].startswith("The request is not valid HTTP")
            assert b"aiohttp" not in answer
            assert b"Python" not in answer
    assert "Traceback" not in (hasty_folder / "log").read_text()


def test_wrong_keys_are_slowed_down_and_right_ones_never(crowded: int) -> None:
    """After some wrong keys the answers to further ones are held back; a right key of the same address is not."""
    port = crowded
    with ExitStack() as opened:
        for number in range(3):
            assert login(port, f"wrong-wrong-{number}") == {"error": 3, "message": "API key not found"}
        body = b"api_key=wrong-wrong-wrong"
        request = b"POST /v1/access_token HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
        request += b"Content-Length: %d\r\n\r\n" % len(body) + body
        guesses = [opened.enter_context(connect(port)) for _ in range(30)]
        for guess in guesses:
            guess.sendall(request)
        refusals = [json.loads(line) for line in until_refused(guesses, 30 - 8)]
        assert {refusal["error"] for refusal in refusals} == {8}
        assert refusals[-1]["message"].startswith("Too many wrong API keys came from this address: wait ")
        assert max(refusal["retry_after"] for refusal in refusals) == 30
        assert login(port, KEY)["error"] == 0


def until_refused(guesses: list[socket.socket], count: int) -> list[bytes]:
    """Read the answers that come at once: those that are held back come later than the others."""
    found: list[bytes] = []
    waiting = list(guesses)
    while len(found) < count:
        for guess in select.select(waiting, [], [])[0]:
            waiting.remove(guess)
            body = everything(guess).partition(b"\r\n\r\n")[2]
            found += [body] if b'"error": 8' in body else []
    return found


def test_a_trusted_proxy_tells_who_asks_and_how(tmp_path: Path) -> None:
    """Behind a trusted proxy, which may take all connections, each client is counted by itself, and answers have the
    address that it used.
    """
    with serving(tmp_path, SHARED | {"FILMSTRIP_TRUSTED_PROXIES": "127.0.0.0/8"}) as port:
        for number in range(4):
            login(port, "wrong-wrong-wrong", **{"X-Forwarded-For": f"spoofed, 198.51.100.{number}"})
        log = (tmp_path / "log").read_text()
        assert [f'"address": "198.51.100.{number}", "count": 1' in log for number in range(4)] == [True] * 4
        token = login(port, KEY)["token"]
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "video.example.com"}
        assert created(port, token, headers)["upload_url"] == "https://video.example.com/v1/upload_file"
        with ExitStack() as opened:
            for _ in range(20):
                opened.enter_context(connect(port))
            assert is_ready(port)


def created(port: int, token: str, headers: Mapping[str, str]) -> dict[str, Any]:
    body = urllib.parse.urlencode({"token": token}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/create_task", body, dict(headers))
    with urllib.request.urlopen(request, timeout=60) as response:
        return dict(json.load(response))


def eventually(is_so: Any) -> None:
    while not is_so():
        time.sleep(0.05)
