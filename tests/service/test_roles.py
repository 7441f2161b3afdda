"""API processes and a worker, programs with folders of their own, that share a database and a bucket."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from filmstrip.testing.filmstrip_server import FilmstripServer, filmstrip_program, running_filmstrip
from filmstrip.testing.running_program import free_ports
from filmstrip.testing.seaweedfs import S3Server
from postgresql_server import PostgresqlServer
from process_tree import Process, find_role
from store_cases import own_bucket
from toy_service import eventually

pytestmark = pytest.mark.timeout(300)
KEY = "0123456789abcdef"
TUS = {"Tus-Resumable": "1.0.0"}


class Fleet:
    """Two API processes and a worker."""

    def __init__(self, folder: Path, settings: dict[str, str], stack: ExitStack) -> None:
        self.folder, self.settings = folder, settings
        self.watched = dict(zip(("api-1", "api-2", "worker"), free_ports(3), strict=True))

        def run(name: str, role: str) -> FilmstripServer:
            own = {**settings, "FILMSTRIP_METRICS_PORT": str(self.watched[name])}
            return stack.enter_context(running_filmstrip(folder / name, own, role=role))

        self.apis = [run("api-1", "api"), run("api-2", "api")]
        self.worker = run("worker", "worker")
        self.session = self.call(0, "access_token", api_key=KEY)["token"]

    def call(self, api: int, method: str, **fields: str) -> dict[str, Any]:
        body = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(f"{self.apis[api].url}/v1/{method}", body, timeout=60) as answer:
            told = dict(json.load(answer))
        assert told["error"] == 0, told
        return told

    def upload(self, film: Path) -> str:
        """Upload a film at the first API process; return what names it as a source."""
        made = self.ask(0, "POST", f"/v1/upload_file/{self.task(0)}", Upload_Length=str(film.stat().st_size))
        path = urllib.parse.urlsplit(str(made.headers["Location"])).path
        stream = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": "0"}
        assert self.ask(0, "PATCH", path, film.read_bytes(), **stream).status == 204
        return f"tus:{path.rpartition('/')[2]}"

    def ffmpeg(self) -> Process | None:
        """Find the encoder that the worker has at work."""
        return find_role("ffmpeg", self.worker.program.pid)

    def command(self, *arguments: str) -> str:
        """Run `filmstrip tasks` with the settings of the fleet; return what it says."""
        foreign = {name: value for name, value in os.environ.items() if not name.startswith("FILMSTRIP_")}
        environ = foreign | self.settings | {"FILMSTRIP_DATA_DIR": str(self.folder / "command")}
        program = [filmstrip_program(), "tasks", *arguments]
        ended = subprocess.run(program, env=environ, capture_output=True, text=True, timeout=120, check=False)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout + ended.stderr

    def task(self, api: int) -> str:
        return str(self.call(api, "create_task", token=self.session)["task_token"])

    def start(self, api: int, token: str, query: dict[str, Any]) -> None:
        self.call(api, "start_encode2", task_token=token, query=json.dumps({"query": query}))

    def finished(self, api: int, token: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            told = self.call(api, "status", task_tokens=token)["statuses"][token]
            return dict(told) if told["status"] == "completed" else None

        task = eventually(look, "the task ends")
        assert not task["error"], task
        return task

    def ask(self, api: int, method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        address = self.apis[api].url.removeprefix("http://")
        told = {**TUS, **{name.replace("_", "-"): value for name, value in headers.items()}}
        with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
            connection.request(method, path, body, told)
            answer = connection.getresponse()
            answer.read()
        return answer

    def metrics(self, name: str) -> dict[tuple[str, ...], float]:
        """Read what a process tells whoever watches it: values by name and labels."""
        text = self.watch(name, "metrics").decode()
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def watch(self, name: str, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.watched[name]}/{path}", timeout=60) as answer:
            return bytes(answer.read())


@pytest.fixture(scope="module")
def fleet(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgresqlServer, seaweedfs: S3Server
) -> Iterator[Fleet]:
    own = own_bucket(seaweedfs)
    settings = {
        "FILMSTRIP_DATABASE_URL": postgresql.make_database(),
        "FILMSTRIP_SECRET_KEY": secrets.token_hex(32),
        "FILMSTRIP_API_KEYS": KEY,
        "FILMSTRIP_LOCAL_ROOTS": "/",
        "FILMSTRIP_PLAIN_HTTP_HOSTS": own.pop("plain_http_hosts")[0],
        **{f"FILMSTRIP_{name.upper()}": str(value) for name, value in own.items()},
    }
    with ExitStack() as stack:
        yield Fleet(tmp_path_factory.mktemp("fleet"), settings, stack)


def test_any_process_takes_and_hands_out(fleet: Fleet, small_video: Path) -> None:
    """An upload that began at one API process is gone on with at another, and its task's results are at both."""
    film = small_video.read_bytes()
    half = len(film) // 2
    token = fleet.task(0)
    made = fleet.ask(0, "POST", f"/v1/upload_file/{token}", Upload_Length=str(len(film)))
    path = urllib.parse.urlsplit(str(made.headers["Location"])).path
    stream = {"Content_Type": "application/offset+octet-stream"}
    assert fleet.ask(0, "PATCH", path, film[:half], Upload_Offset="0", **stream).status == 204
    assert fleet.ask(1, "HEAD", path).headers["Upload-Offset"] == str(half)
    assert fleet.ask(1, "PATCH", path, film[half:], Upload_Offset=str(half), **stream).status == 204
    query = {
        "source": f"tus:{path.rpartition('/')[2]}",
        "format": [
            {"output": "thumbnails", "interval": 1, "width": 64, "image_format": "jpg"},
            {"output": "mp4", "height": 64, "duration": 1},
        ],
    }
    fleet.start(1, token, query)
    task = fleet.finished(0, token)
    for told in (task["images"][0]["url"], task["videos"][0]["url"]):
        key = urllib.parse.urlsplit(told).path
        contents = []
        for api in fleet.apis:
            with urllib.request.urlopen(api.url + key, timeout=60) as answer:
                contents.append(answer.read())
        assert contents[0] == contents[1]
        assert contents[0].startswith(b"WEBVTT") or contents[0][4:8] == b"ftyp"
    for process in (*fleet.apis, fleet.worker):
        assert "Traceback" not in process.log.read_text()


def test_each_process_can_be_watched(fleet: Fleet, small_video: Path) -> None:
    """The worker counts what it does, every process what waits; clients find none of it at their port."""
    before = fleet.metrics("worker")
    token = fleet.task(0)
    made = fleet.ask(0, "POST", f"/v1/upload_file/{token}", Upload_Length=str(small_video.stat().st_size))
    path = urllib.parse.urlsplit(str(made.headers["Location"])).path
    stream = {"Content_Type": "application/offset+octet-stream"}
    assert fleet.ask(0, "PATCH", path, small_video.read_bytes(), Upload_Offset="0", **stream).status == 204
    output = {"output": "thumbnail", "time": 0, "width": 64}
    fleet.start(0, token, {"source": f"tus:{path.rpartition('/')[2]}", "format": [output]})
    fleet.finished(0, token)
    found = fleet.metrics("worker")

    def more(*name: str) -> float:
        return found[name] - before.get(name, 0)

    assert more("filmstrip_tasks_ended_total", "done") == 1
    assert more("filmstrip_outputs_ended_total", "done", "thumbnail") == 1
    assert more("filmstrip_put_files_total") == 1
    assert more("filmstrip_put_bytes_total") > 100
    assert more("filmstrip_source_copied_bytes_total") == small_video.stat().st_size
    assert more("filmstrip_step_seconds_count", "done", "make") == 1
    for name in fleet.watched:
        assert fleet.metrics(name)["filmstrip_live_workers",] == 1
        assert json.loads(fleet.watch(name, "healthz")) == {"status": "alive"}
        assert json.loads(fleet.watch(name, "readyz"))["checks"]["database"] == "ok"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{fleet.apis[0].url}/metrics", timeout=60)


def test_a_task_is_cancelled_and_begun_again_from_anywhere(fleet: Fleet, small_video: Path) -> None:
    """By a process that answers clients, and by a command, neither of which works on it: ffmpeg ends at the worker."""
    source = fleet.upload(small_video)
    output = {"output": "mp4", "size": "3840x2160"}
    token = fleet.task(0)
    fleet.start(0, token, {"source": source, "upscale": 1, "format": [output]})
    cancelled = [token]
    eventually(fleet.ffmpeg, "it is encoded")
    assert fleet.call(1, "cancel_task", task_token=token, token=fleet.session)["removed"] == 1
    eventually(lambda: fleet.ffmpeg() is None, "the encoder is gone")
    again = fleet.call(1, "retry_task", task_token=token, api_key=KEY)
    eventually(fleet.ffmpeg, "it is encoded again")
    cancelled.append(again["task_token"])
    assert fleet.command("cancel", again["task_token"]).endswith(f"{again['task_token']} is cancelled.\n")
    eventually(lambda: fleet.ffmpeg() is None, "the encoder is gone")
    for each in cancelled:
        told = fleet.call(0, "status", task_tokens=each)["statuses"][each]
        assert (told["status"], told["error_description"], told["cancelled"]) == ("completed", "Cancelled", 1)
    seen = json.loads(fleet.command("show", token, "--json"))
    assert [event["name"] for event in seen["events"]][-2:] == ["cancelled", "restarted"]
    (begun,) = [event for event in seen["events"] if event["name"] == "output_begun"]
    assert begun["worker"].endswith(f"-{fleet.worker.program.pid}")
    assert seen["query"]["format"][0]["size"] == "3840x2160"


def test_paths_of_one_machine_are_refused(fleet: Fleet, small_video: Path) -> None:
    """On the next one they are other files; when the query arrives, with the settings that allow some."""
    query = {"source": small_video.as_uri(), "format": [{"output": "thumbnail", "time": 0}]}
    fields = {"task_token": fleet.task(0), "query": json.dumps({"query": query})}
    with urllib.request.urlopen(
        f"{fleet.apis[0].url}/v1/start_encode2", urllib.parse.urlencode(fields).encode()
    ) as answer:
        told = json.load(answer)
    assert told["error"] == 19
    assert "shared_roots on PostgreSQL" in told["message"]
