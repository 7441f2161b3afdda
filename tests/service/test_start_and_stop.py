"""How the service starts, refuses to start, and ends."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from filmstrip.domain.errors import FilmstripError
from filmstrip.service.listening import listening_sockets
from filmstrip.testing.filmstrip_server import filmstrip_program, running_filmstrip
from filmstrip.testing.running_program import free_ports
from raw_server import RawServer, running_raw_server

KEY = "0123456789abcdef"


@contextmanager
def serving(data_dir: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run the service, and tell its process and port; what it does in the end is up to the test."""
    own = {"FILMSTRIP_DATA_DIR": str(data_dir), "FILMSTRIP_PORT": str(free_ports(1)[0])} | settings
    command = [filmstrip_program(), "serve"]
    process = subprocess.Popen(command, env=os.environ | own, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield process, int(own["FILMSTRIP_PORT"])
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for_line(process: subprocess.Popen[str], event: str) -> dict[str, Any]:
    """Read the log until an event; the test's own time limit ends a wait for nothing."""
    assert process.stderr is not None
    for line in process.stderr:
        found: dict[str, Any] = json.loads(line)
        if found["event"] == event:
            return found
    pytest.fail(f"the service ended with {process.wait()} and never said {event!r}")


def refusal(data_dir: Path, **settings: str) -> tuple[int, str]:
    """Run the service where it must not start; tell its exit code and what it says."""
    with serving(data_dir, **settings) as (process, _port):
        _output, said = process.communicate(timeout=30)
        return process.returncode, said


def answer(url: str, method: str, **fields: str) -> dict[str, Any]:
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{url}/v1/{method}", body, timeout=10) as response:
        return dict(json.load(response))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_in_order(tmp_path: Path, number: signal.Signals) -> None:
    """On SIGTERM and SIGINT the service stops, says so, and its exit code is 0. It had started with the default of a
    variable that was misspelt, and its log names what was meant.
    """
    with serving(tmp_path / "data", FILMSTRIP_SLOT="1") as (process, port):
        told = wait_for_line(process, "unknown_variable")
        assert told["problem"] == "FILMSTRIP_SLOT is no setting; did you mean FILMSTRIP_SLOTS?"
        assert wait_for_line(process, "listening")["url"] == f"http://127.0.0.1:{port}"
        process.send_signal(number)
        wait_for_line(process, "stopped")
        assert process.wait(10) == 0


def test_a_request_under_way_is_answered(tmp_path: Path) -> None:
    """A request that has begun when the signal comes gets its answer; nobody else gets in. A client that went away
    before, whose body ends before its length, is no failure of ours: it is noted as refused, without a traceback.
    """
    body = f"api_key={KEY}".encode()
    head = f"POST /v1/access_token HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n"
    head += "Connection: close\r\nExpect: 100-continue\r\n\r\n"
    with serving(tmp_path / "data", FILMSTRIP_API_KEYS=KEY) as (process, port):
        wait_for_line(process, "listening")
        with begun(port, head):
            pass
        assert wait_for_line(process, "refused")["reason"].startswith("The body is damaged or cut off")
        with begun(port, head) as connection:
            process.send_signal(signal.SIGTERM)
            wait_for_line(process, "stopping")
            connection.sendall(body)
            answered = b"".join(iter(lambda: connection.recv(4096), b""))
        assert b'"error": 0' in answered
        assert process.wait(10) == 0


@contextmanager
def begun(port: int, head: str) -> Iterator[socket.socket]:
    """Send the head of a request, and wait until its body is waited for."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        yield connection


@pytest.mark.parametrize("host", ["..", "a" * 70])
def test_a_host_that_is_no_name_is_named(host: str) -> None:
    """What cannot be looked up at all is told like a port that is taken."""
    with (
        pytest.raises(FilmstripError, match=f"Cannot listen on {re.escape(host)}, port 80"),
        listening_sockets(host, 80),
    ):
        pass


def test_a_data_folder_that_is_none_is_named(tmp_path: Path) -> None:
    """Where the data folder cannot be made, the service says so; a database elsewhere is told by its own place."""
    (tmp_path / "file").touch()
    _, of_database = refusal(tmp_path / "data", FILMSTRIP_DATABASE_URL=f"sqlite:///{tmp_path}/file/x.db")
    assert f"{tmp_path}/file, where database_url leads, cannot be used: File exists" in of_database
    code, said = refusal(tmp_path / "file" / "data")
    assert (code, said.count("\n")) == (1, 1)
    assert f"The data folder {tmp_path}/file/data cannot be used: Not a directory" in said


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    """A value that is not allowed ends the service before it begins, with code 2."""
    assert refusal(tmp_path, FILMSTRIP_SLOTS="many") == (
        2,
        'filmstrip: FILMSTRIP_SLOTS: "many" is not a whole number from 0 to 1000000000\n',
    )


def test_a_misspelt_variable_is_told(tmp_path: Path) -> None:
    """A command names what was meant by a variable that was misspelt, as the service does."""
    environment = os.environ | {"FILMSTRIP_DATA_DIR": str(tmp_path / "keys"), "FILMSTRIP_SLOT": "1"}
    command = [filmstrip_program(), "keys", "list"]
    listed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert listed.stderr == "filmstrip: FILMSTRIP_SLOT is no setting; did you mean FILMSTRIP_SLOTS?\n"


@dataclass(frozen=True, slots=True)
class Temporary:
    """A service whose temporary store held two objects when it started: one that had expired, and one that had not."""

    url: str
    store: Path
    old: Path
    new: Path


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Temporary]:
    data = tmp_path_factory.mktemp("temporary") / "data"
    store = data / "temporary"
    hours = [datetime.now(UTC) + timedelta(hours=shift) for shift in (-2, 5)]
    old, new = (store / f"{hour:%Y%m%d%H}" / ("a" * 32) for hour in hours)
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "x.vtt").write_text("WEBVTT\n")
    with running_filmstrip(data) as server:
        yield Temporary(server.url, store, old, new)


def test_expired_files_are_taken_away(temporary: Temporary) -> None:
    """What has expired in the temporary store is gone soon after the start; the rest stays."""
    deadline = time.monotonic() + 20
    while temporary.old.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    address = f"{temporary.url}/storage/{temporary.new.relative_to(temporary.store)}/x.vtt"
    with urllib.request.urlopen(address, timeout=10) as response:
        assert response.read() == b"WEBVTT\n"


def test_no_path_leads_out_of_the_temporary_store(temporary: Temporary) -> None:
    """However a path is written, nothing but the temporary store's own objects is handed out."""
    inside = str(temporary.new.relative_to(temporary.store))
    ups = ["../" * 3, "%2e%2e/" * 3, "..%2f" * 3, "%2e%2e%2f" * 3, "..\\..\\..\\", "%00/../../../", "//", "./../../../"]
    assert (temporary.store.parent / "secret.key").exists()
    host = temporary.url.removeprefix("http://")
    for path in [f"{inside}/{up}secret.key" for up in ups] + [
        "../secret.key",
        "%2e%2e/secret.key",
        f"{temporary.new.parent.name}/",
    ]:
        connection = http.client.HTTPConnection(host, timeout=10)
        with closing(connection):
            connection.request("GET", f"/storage/{path}")
            assert connection.getresponse().status in (400, 404), path


@pytest.mark.timeout(240)
def test_a_stop_has_a_hard_end(tmp_path: Path) -> None:
    """A source that stays silent for ten minutes holds up the end of the service for some seconds only."""

    def stay_silent(server: RawServer, connection: socket.socket, _head: str) -> None:
        del connection
        server.ended.wait(120)

    own = {
        "FILMSTRIP_API_KEYS": KEY,
        "FILMSTRIP_PRIVATE_HOSTS": "127.0.0.1",
        "FILMSTRIP_READ_TIMEOUT_SECONDS": "600",
        "FILMSTRIP_DRAIN_SECONDS": "1",
    }
    with running_raw_server(stay_silent) as source, serving(tmp_path / "data", **own) as (process, port):
        wait_for_line(process, "listening")
        url = f"http://127.0.0.1:{port}"
        token = answer(url, "access_token", api_key=KEY)["token"]
        task = answer(url, "create_task", token=token)["task_token"]
        query = {"query": {"source": source.url(), "format": [{"output": "thumbnails", "interval": 1}]}}
        answer(url, "start_encode2", task_token=task, query=json.dumps(query))
        while not source.heads:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        wait_for_line(process, "ended_at_once")
        assert process.wait(30) == 0


def test_the_only_service_takes_all_work(tmp_path: Path) -> None:
    """What it left would wait for ever."""
    environment = os.environ | {"FILMSTRIP_DATA_DIR": str(tmp_path), "FILMSTRIP_QUEUES": "outputs"}
    command = [filmstrip_program(), "serve", "--port", "0"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert "queues: is for `filmstrip worker`" in ran.stderr
