"""Does any request hold up a service, or make it stumble? A real one, which measures what holds it up."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from filmstrip.testing.running_program import RunningProgram, free_ports
from hostile_bodies import FORM, hostile_requests

pytestmark = pytest.mark.timeout(300)

KEY = "0123456789abcdef"
MOST_SECONDS = 0.05
# Words of Python, its libraries and the framework, which no client should read.
FOREIGN = (
    "Internal server error",
    "Expecting",
    "digits",
    "codec can",
    "recursion",
    "Traceback",
    "Input should",
    "Exception",
)
FOREIGN += ("ValueError", "literal", "surrogates not allowed", "utf-8", "aiohttp", "pydantic", "delimiter")


@dataclass
class Measured:
    """A running service that measures itself."""

    port: int
    report: Path
    program: RunningProgram
    worst: dict[str, tuple[float, str, str]] = field(default_factory=dict)

    def send(self, verb: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(verb, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def call(self, method: str, body: str) -> dict[str, Any]:
        status, text = self.send("POST", f"/v1/{method}", body.encode(), FORM)
        assert status == 200
        return dict(json.loads(text))

    def measured(self) -> dict[str, tuple[float, str]]:
        """What held it up most since the last time."""
        self.report.unlink(missing_ok=True)
        os.kill(self.program._process.pid, signal.SIGUSR1)
        while not self.report.exists():
            time.sleep(0.001)
        found: dict[str, tuple[float, str]] = json.loads(self.report.read_text())
        return found

    def is_ready(self) -> bool:
        try:
            return self.send("GET", "/readyz", b"", {})[0] == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    folder = tmp_path_factory.mktemp("measured")
    port = free_ports(1)[0]
    settings = {
        "FILMSTRIP_PORT": str(port),
        "FILMSTRIP_DATA_DIR": str(folder / "data"),
        "FILMSTRIP_API_KEYS": KEY,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    arguments = [sys.executable, "-m", "measured_service", str(folder / "report")]
    with RunningProgram(arguments, folder / "log", settings) as program:
        measured = Measured(port, folder / "report", program)
        program.wait_until(measured.is_ready, 60)
        yield measured


@dataclass
class Neighbour:
    """A client that asks for its task's status again and again while `busy` is set."""

    service: Measured
    token: str
    answered: int = 0
    failure: str = ""
    busy: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.is_over.wait(0.02):
            self.busy.wait()
            try:
                answer = self.service.call("status", f"task_tokens={self.token}")
                assert answer["statuses"][self.token]["status"] == "created"
            except Exception as error:  # noqa: BLE001 - any kind is a failure
                self.failure = repr(error)
                return
            self.answered += 1


@pytest.fixture
def neighbour(service: Measured) -> Iterator[Neighbour]:
    session = service.call("access_token", f"api_key={KEY}")["token"]
    found = Neighbour(service, service.call("create_task", f"token={session}")["task_token"])
    thread = threading.Thread(target=found.run)
    thread.start()
    yield found
    found.is_over.set()
    found.busy.set()
    thread.join()


def test_no_request_holds_up_the_others(service: Measured, neighbour: Neighbour) -> None:
    """Each hostile request is answered in our own words and costs the event loop, and any one call, at most 50 ms of
    CPU time; a neighbour gets its answers meanwhile.
    """
    session = service.call("access_token", f"api_key={KEY}")["token"]
    task = service.call("create_task", f"token={session}")["task_token"]
    service.measured()
    problems = []
    for hostile in hostile_requests():
        before = neighbour.answered
        neighbour.busy.set()
        body = hostile.body.replace(b"TOKEN", task.encode())
        status, text = service.send(hostile.verb, hostile.path, body, hostile.headers)
        problems += [f"{hostile.name}: {problem}" for problem in faults(status, text)]
        problems += [
            f"{hostile.name}: {seconds:.3f} s in {name}"
            for seconds, name in service.measured().values()
            if seconds > MOST_SECONDS
        ]
        while neighbour.answered == before and not neighbour.failure:
            time.sleep(0.001)
        neighbour.busy.clear()
        assert neighbour.failure == "", hostile.name
    assert not problems, "\n".join(problems)


def test_collecting_garbage_holds_nobody_up(service: Measured) -> None:
    """What was loaded at the start is not looked through whenever some request makes garbage."""
    assert service.measured()["garbage"][0] < MOST_SECONDS


def faults(status: int, text: str) -> Iterator[str]:
    """Tell what is wrong with an answer."""
    if status not in (200, 400, 404, 413):
        yield f"HTTP {status}"
    try:
        answer = json.loads(text)
    except ValueError:
        yield f"no JSON: {text[:80]}"
        return
    if "statuses" not in answer and not (answer.get("error") and answer.get("message")):
        yield f"no error: {text[:200]}"
    yield from (f"{word!r} in {text[:300]}" for word in FOREIGN if word in text)


@pytest.mark.parametrize("authorised", [False, True])
def test_a_query_is_looked_at_only_for_a_task_that_waits_for_it(service: Measured, *, authorised: bool) -> None:
    """Without a task of its own, whatever the query holds, a client hears that its token is not found."""
    session = service.call("access_token", f"api_key={KEY}")["token"]
    token = service.call("create_task", f"token={session}")["task_token"] if authorised else "0" * 32
    answer = service.call("start_encode2", f'task_token={token}&query={{"query": {{"format": 5}}}}')
    assert answer["error"] == (19 if authorised else 5)


def test_the_measuring_sees_what_holds_up() -> None:
    """The measure can fail: a big power of ten is seen in a worker, and in the event loop."""
    script = (
        "import asyncio, json, measured_service as m\n"
        "m.measure_loop(); m.measure_threads()\n"
        "def work(): pow(10, 400000) % 7\n"
        "async def main():\n"
        "    await asyncio.to_thread(work)\n"
        "    pow(10, 400000) % 7\n"
        "    await asyncio.sleep(0)\n"
        "asyncio.run(main()); print(json.dumps(m.longest))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert set(json.loads(run.stdout)) == {"loop", "call"}


STREAM = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
FORM_HEAD = b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
DASHES = b"-" * 60
UPLOADS: dict[str, tuple[str, dict[str, str], bytes]] = {
    "chunks of a byte": ("PATCH", {**STREAM, "Transfer-Encoding": "chunked"}, b"1\r\nx\r\n" * 700_000 + b"0\r\n\r\n"),
    "large": ("PATCH", STREAM, bytes(32 << 20)),
    "a checksum": ("PATCH", {**STREAM, "Upload-Checksum": "sha1 AAAA"}, bytes(32 << 20)),
    "a form of heads": ("POST", {"Content-Type": "multipart/form-data; boundary=b"}, b"--b\r\n\r\n" * 600_000),
    "a form of boundaries that are none": (
        "POST",
        {"Content-Type": f"multipart/form-data; boundary={DASHES.decode()}"},
        b"--" + DASHES + b"\r\n" + FORM_HEAD + (b"\r\n-" + DASHES) * 70_000,
    ),
    "a form of one long head": (
        "POST",
        {"Content-Type": "multipart/form-data; boundary=b"},
        b"--b\r\n" + b"content-disposition:form-data;name=file;" * 300 + b"\r\n\r\n",
    ),
    "metadata": ("POST", {"Upload-Length": "5", "Upload-Metadata": ",".join(["a YQ=="] * 580)}, b""),
    "parts": ("POST", {"Upload-Concat": "final;" + "/a " * 2500}, b""),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_no_upload_holds_up_the_others(service: Measured, name: str) -> None:
    """Whatever the body is cut into, and whatever it has to be searched for."""
    method, headers, body = UPLOADS[name]
    session = service.call("access_token", f"api_key={KEY}")["token"]
    path = "/v1/upload_file/" + service.call("create_task", f"token={session}")["task_token"]
    tus = {"Tus-Resumable": "1.0.0"}
    if method == "PATCH":
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        connection.request("POST", path, headers={**tus, "Upload-Defer-Length": "1"})
        path = "/" + str(connection.getresponse().headers["Location"]).split("/", 3)[3]
        connection.close()
    service.measured()
    parts = iter([body]) if "Transfer-Encoding" in headers else body
    status, _ = service.send(method, path, parts, {**tus, **headers})  # type: ignore[arg-type]  # sent as it is
    found = service.measured()
    assert status < 500
    held = {kind: seconds for kind, (seconds, _) in found.items() if kind != "garbage" and seconds > MOST_SECONDS}
    assert held == {}, found
