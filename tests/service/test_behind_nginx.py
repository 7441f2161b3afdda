"""Does the documented proxy work: uploads of any size, a path of its own, every address in the answers?"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import subprocess
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from certificates import Certificates
from filmstrip.testing.filmstrip_server import running_filmstrip
from filmstrip.testing.running_program import free_ports
from nginx_server import missing_nginx, running_nginx
from servers import need

pytestmark = pytest.mark.timeout(240)
PAGE = Path(__file__).parents[2] / "docs" / "deploying.md"
KEY = "0123456789abcdef"
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Client:
    """A client of the service, which knows the proxy alone.

    Attributes:
        port: Of the proxy.
        context: Whom it trusts.
        data: Data folder of the service.
        path: Below which the API is.
    """

    port: int
    context: ssl.SSLContext
    data: Path
    path: str = ""

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}{self.path}"

    def connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("localhost", self.port, timeout=30, context=self.context)

    def ask(
        self, verb: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send a request to an address that an answer named."""
        assert url.startswith(f"{self.address}/"), url
        connection = self.connection()
        connection.request(verb, url.removeprefix(f"https://localhost:{self.port}"), body, dict(headers or {}))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def call(self, method: str, **fields: str) -> dict[str, Any]:
        # As clients send it that have a slash at the end of the address already.
        form = urllib.parse.urlencode(fields).encode()
        return dict(json.loads(self.ask("POST", f"{self.address}//v1/{method}", form)[2]))


def documented() -> tuple[str, str]:
    """Return the server of the page, and the locations of one below a path."""
    server, below = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return server, below


@pytest.fixture(scope="module", params=["", "/video"])
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, certificates: Certificates
) -> Iterator[Client]:
    """With a host of its own, and below a path of another one."""
    need(missing_nginx())
    folder = tmp_path_factory.mktemp("nginx")
    port, behind = free_ports(2)
    server, below = documented()
    settings = {"FILMSTRIP_API_KEYS": KEY, "FILMSTRIP_TRUSTED_PROXIES": "127.0.0.1"}
    if request.param:
        server = f"{server[: server.index('    location /')]}{below}}}\n"
        settings["FILMSTRIP_PUBLIC_URL"] = f"https://localhost:{port}{request.param}"
    context = ssl.create_default_context(cafile=str(certificates.authority))
    with (
        running_filmstrip(folder / "data", settings, port=behind),
        running_nginx(folder, server, port, behind, certificates),
    ):
        yield Client(port, context, folder / "data", request.param)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film of more bytes than any other request may have."""
    path = tmp_path_factory.mktemp("film") / "noise.mp4"
    source = ["-f", "lavfi", "-i", "color=gray:s=640x360:r=10:d=1,noise=alls=100:allf=t"]
    how = ["-preset", "ultrafast", "-crf", "5", str(path)]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, *how], check=True)
    assert path.stat().st_size > 3 * MEBIBYTE
    return path.read_bytes()


def patch(offset: int) -> dict[str, str]:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)}
    return headers | {"Content-Type": "application/offset+octet-stream"}


def await_it(has_happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not has_happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_from_an_upload_to_a_picture(client: Client, film: bytes) -> None:
    """Each address in the answers leads back through the proxy; a broken request costs what was on its way."""
    token = client.call("access_token", api_key=KEY)["token"]
    created = client.call("create_task", token=token)
    assert created["upload_url"] == f"{client.address}/v1/upload_file"
    task = created["task_token"]
    head = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(film))}
    status, headers, _ = client.ask("POST", f"{created['upload_url']}/{task}", b"", head)
    assert status == 201
    upload = headers["Location"]
    broken = client.connection()
    path = upload.removeprefix(f"https://localhost:{client.port}")
    broken.request("PATCH", path, headers=patch(0) | {"Content-Length": str(len(film))})
    broken.send(film[: len(film) // 2])
    stored = client.data / "uploads" / upload.rpartition("/")[2]
    await_it(lambda: stored.exists() and stored.stat().st_size > 0)
    broken.close()
    status, headers, _ = client.ask("HEAD", upload, headers={"Tus-Resumable": "1.0.0"})
    assert status == 200
    offset = int(headers["Upload-Offset"])
    assert offset > 0
    status, headers, _ = client.ask("PATCH", upload, film[offset:], patch(offset))
    assert (status, headers["Upload-Offset"]) == (204, str(len(film)))
    entry = {"output": "thumbnail", "time": 0.5}
    query = {"query": {"source": f"tus:{upload.rpartition('/')[2]}", "format": [entry]}}
    started = client.call("start_encode2", task_token=task, query=json.dumps(query))
    assert started == {"error": 0, "status_url": f"{client.address}/v1/status"}
    deadline = time.monotonic() + 60
    while (told := client.call("status", task_tokens=task)["statuses"][task])["status"] != "completed":
        assert time.monotonic() < deadline, told
        time.sleep(0.05)
    assert (told["error"], told["status_url"]) == (0, f"{client.address}/v1/status"), told
    status, headers, picture = client.ask("GET", told["images"][0]["url"])
    assert (status, headers["Content-Type"], picture[:4]) == (200, "image/png", b"\x89PNG")


def test_a_body_that_is_too_large_is_told_in_our_words(client: Client) -> None:
    """The proxy lets a little more through than Filmstrip takes."""
    status, _headers, answer = client.ask("POST", f"{client.address}/v1/status", b"a" * (MEBIBYTE + 1))
    assert (status, json.loads(answer)["error"]) == (413, 19)
