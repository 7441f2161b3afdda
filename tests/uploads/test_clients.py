"""Real tus clients, unmodified, upload to the real service, on bad networks and beside its death."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient

from cutting_relay import running_cutting_relay
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.testing.filmstrip_server import FilmstripServer, running_filmstrip
from filmstrip.testing.running_program import free_ports

HERE = Path(__file__).parent
KEY = "0123456789abcdef"
MEBIBYTE = 1 << 20


def call(url: str, method: str, **fields: str) -> dict[str, Any]:
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{url}/v1/{method}", body, timeout=20) as answer:
        return dict(json.load(answer))


@dataclass(frozen=True)
class Place:
    """A service that takes uploads.

    Attributes:
        server: It.
        folder: Its data.
    """

    server: FilmstripServer
    folder: Path

    def task(self) -> str:
        token = call(self.server.url, "access_token", api_key=KEY)["token"]
        return str(call(self.server.url, "create_task", token=token)["task_token"])

    def kept(self, address: str) -> bytes:
        return (self.folder / "uploads" / address.rsplit("/", 1)[-1]).read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("service") / "data"
    with running_filmstrip(folder, {"FILMSTRIP_API_KEYS": KEY}) as server:
        yield Place(server, folder)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Bytes that no mistake leaves as they are."""
    path = tmp_path / "film.bin"
    path.write_bytes(secrets.token_bytes(6 * MEBIBYTE + 12_345))
    return path


def upload_by_node(**job: object) -> str:
    """Upload with tus-js-client; return the address of the upload."""
    if not (HERE / "node_modules" / "tus-js-client").is_dir() or shutil.which("node") is None:
        need = "the tus client of browsers is missing: npm ci --prefix tests/uploads"
        pytest.fail(need) if os.environ.get("CI") else pytest.skip(need)
    run = subprocess.run(
        ["node", "upload.mjs"], check=False, cwd=HERE, input=json.dumps(job), capture_output=True, text=True, timeout=50
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_python_client(place: Place, film: Path) -> None:
    """tuspy sends a file in pieces."""
    client = TusClient(f"{place.server.url}/v1/upload_file/{place.task()}")
    with film.open("rb") as file:
        uploader = client.uploader(file_stream=file, chunk_size=MEBIBYTE)
        uploader.upload()
    assert place.kept(uploader.url) == film.read_bytes()


def test_the_python_client_with_checksums(place: Place, film: Path) -> None:
    """tuspy has each piece checked."""
    client = TusClient(f"{place.server.url}/v1/upload_file/{place.task()}")
    with film.open("rb") as file:
        uploader = client.uploader(file_stream=file, chunk_size=2 * MEBIBYTE, upload_checksum=True)
        uploader.upload()
    assert place.kept(uploader.url) == film.read_bytes()


def test_the_official_sdk(place: Place, film: Path) -> None:
    """The SDK's own upload, with the old client that it needs, gives the source that its task is then started with."""
    old = HERE.parent.parent / ".cache" / "old-clients"
    if not old.is_dir():
        need = "the official SDK's client is missing: make .cache/old-clients/.installed"
        pytest.fail(need) if os.environ.get("CI") else pytest.skip(need)
    run = subprocess.run(
        [sys.executable, str(HERE / "old_sdk.py"), str(film), f"{place.server.url}/v1/upload_file/{place.task()}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=50,
        env=os.environ | {"PYTHONPATH": str(old)},
    )
    source = run.stdout.split()[-1]
    assert source.startswith("tus:")
    assert place.kept(source.replace("tus:", "/")) == film.read_bytes()


@pytest.mark.parametrize(
    "options", [{}, {"chunkSize": MEBIBYTE}, {"parallelUploads": 3}], ids=["one", "pieces", "parts"]
)
def test_the_client_of_browsers(place: Place, film: Path, options: dict[str, object]) -> None:
    """tus-js-client sends a file in one request, in pieces, and in three parts side by side that are joined."""
    address = upload_by_node(endpoint=f"{place.server.url}/v1/upload_file/{place.task()}", file=str(film), **options)
    assert place.kept(address) == film.read_bytes()


def test_a_network_that_breaks_again_and_again(place: Place, film: Path) -> None:
    """Each time it goes on from where it was, and no byte is lost or doubled."""
    port = int(place.server.url.rsplit(":", 1)[-1])
    with running_cutting_relay(port) as relay:
        relay.cuts = [MEBIBYTE, MEBIBYTE + 777, 2 * MEBIBYTE]
        # The service names the host that the client asked, so that all requests go through the relay.
        endpoint = f"http://127.0.0.1:{relay.port}/v1/upload_file/{place.task()}"
        address = upload_by_node(endpoint=endpoint, file=str(film))
        assert relay.done == 3
    assert place.kept(address) == film.read_bytes()


def test_a_service_that_is_killed(tmp_path: Path, film: Path) -> None:
    """Killed with -9 in the middle: the client goes on with the next service, and all bytes are right."""
    folder, port = tmp_path / "data", free_ports(1)[0]
    with film.open("rb") as file, ThreadPoolExecutor(1) as thread:
        address, sending = "", None
        for part in (2, None):
            with running_filmstrip(folder, {"FILMSTRIP_API_KEYS": KEY}, port=port) as server:
                place = Place(server, folder)
                if sending is None:
                    client = TusClient(f"{server.url}/v1/upload_file/{place.task()}")
                    uploader = client.uploader(file_stream=file, chunk_size=200_000, retries=400, retry_delay=0.1)
                    address = uploader.create_url()
                    uploader.set_url(address)
                    uploader.offset = 0
                    sending = thread.submit(uploader.upload)
                if part is None:
                    sending.result(50)
                    break
                kept = folder / "uploads" / address.rsplit("/", 1)[-1]
                deadline = time.monotonic() + 30
                while not (kept.exists() and kept.stat().st_size > part * MEBIBYTE):
                    assert time.monotonic() < deadline
                    assert not sending.done()
                server.program.kill()
        assert place.kept(address) == film.read_bytes()


def test_a_service_that_is_killed_in_a_long_request(tmp_path: Path) -> None:
    """What was told to be there is there; what was not is asked for again; nothing is written twice."""
    folder, port, data = tmp_path / "data", free_ports(1)[0], secrets.token_bytes(20 * MEBIBYTE)
    with running_filmstrip(folder, {"FILMSTRIP_API_KEYS": KEY}, port=port) as server:
        path = f"/v1/upload_file/{Place(server, folder).task()}"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("POST", path, headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data))})
        answer = connection.getresponse()
        item = "/" + str(answer.headers["Location"]).split("/", 3)[3]
        answer.read()
        connection.putrequest("PATCH", item)
        for name, value in patch_headers(0, len(data)).items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(data[: 15 * MEBIBYTE])
        kept = folder / "uploads" / item.rsplit("/", 1)[-1]
        deadline = time.monotonic() + 30
        while kept.stat().st_size < 12 * MEBIBYTE:
            assert time.monotonic() < deadline
        server.program.kill()
        connection.close()
    with running_filmstrip(folder, {"FILMSTRIP_API_KEYS": KEY}, port=port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("HEAD", item, headers={"Tus-Resumable": "1.0.0"})
        answer = connection.getresponse()
        offset = int(answer.headers["Upload-Offset"])
        answer.read()
        assert 8 * MEBIBYTE <= offset <= 15 * MEBIBYTE
        connection.request("PATCH", item, data[offset:], headers=patch_headers(offset, len(data) - offset))
        assert connection.getresponse().status == 204
        connection.close()
    assert kept.read_bytes() == data


def patch_headers(offset: int, length: int) -> dict[str, str]:
    return {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(length),
    }


def test_an_upload_is_the_source_of_a_task(place: Place, tmp_path: Path) -> None:
    """From curl's form to finished pictures; it is not copied, and the task keeps it though the client removes it."""
    film = tmp_path / "film.mp4"
    make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=2", str(film)]
    subprocess.run([str(find_ffmpeg(MediaSettings())), *make[1:]], check=True)
    task = place.task()
    form = subprocess.run(
        ["curl", "-sS", "-F", f"file=@{film}", f"{place.server.url}/v1/upload_file/{task}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    source = json.loads(form.stdout)["source"]
    query = {"source": source, "format": [{"output": "thumbnails", "interval": 1}, {"output": "mp4"}]}
    started = call(place.server.url, "start_encode2", task_token=task, query=json.dumps({"query": query}))
    assert started["error"] == 0, started
    deadline = time.monotonic() + 50
    while (status := call(place.server.url, "status", task_tokens=task)["statuses"][task])["status"] != "completed":
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    assert (status["error"], len(status["images"]), len(status["videos"])) == (0, 1, 1), status
    assert status["images"][0]["meta"]["count"] == 2


@pytest.mark.parametrize(
    ("source", "problem"),
    [("tus:" + "0" * 32, "There is no upload"), ("tus:../../secret.key", "There is no upload"), ("tus:", "no upload")],
)
def test_an_upload_that_there_is_not(place: Place, source: str, problem: str) -> None:
    """It is told when the query arrives, and the token still takes a better one."""
    task = place.task()
    query = {"source": source, "format": [{"output": "thumbnails", "interval": 1}]}
    answer = call(place.server.url, "start_encode2", task_token=task, query=json.dumps({"query": query}))
    assert answer["mistakes"][0]["field"] == "source"
    assert problem in answer["message"]
