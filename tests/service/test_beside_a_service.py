"""Is nothing lost when a command is run beside a service at work? Two real processes, a kill, and a restart."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from filmstrip.cli import commands
from filmstrip.testing.filmstrip_server import FilmstripServer, filmstrip_program, running_filmstrip
from filmstrip.testing.running_program import free_ports

pytestmark = pytest.mark.timeout(240)

KEY = "0123456789abcdef"
SECRET = "5e" * 32
TRACK = "WEBVTT\n\n00:00.000 --> 00:01.000\na.png\n"
# What a running service and another process share is its database, so these have nothing to lose there.
WITHOUT_DATABASE = {"compatibility", "demo"}


def call(url: str, method: str, **fields: str) -> dict[str, Any]:
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{url}/v1/{method}", body, timeout=30) as response:
        return dict(json.load(response))


@dataclass
class Load:
    """Clients that start tasks for as long as the block lasts, and remember which were acknowledged."""

    url: str
    acknowledged: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def _work(self) -> None:
        token = call(self.url, "access_token", api_key=KEY)["token"]
        query = {"query": {"source": "http://127.0.0.1:1/none.mp4", "format": [{"output": "thumbnail"}]}}
        while not self.is_over.is_set():
            began = time.monotonic()
            try:
                task = call(self.url, "create_task", token=token)["task_token"]
                self.acknowledged.append(task)
                # What a task does costs far more than to be taken on: one in four is enough work beside the commands.
                if len(self.acknowledged) % 4 == 0:
                    answer = call(self.url, "start_encode2", task_token=task, query=json.dumps(query))
                    assert answer["error"] == 0
            except Exception as error:  # noqa: BLE001 - whatever it is, the test tells
                self.failures.append(repr(error))
                return
            # On a busy machine the load is lighter, in proportion: the commands under test are to get on as well.
            self.is_over.wait(max(0.5, 8 * (time.monotonic() - began)))

    @contextmanager
    def running(self) -> Iterator[None]:
        workers = [threading.Thread(target=self._work) for _ in range(2)]
        for worker in workers:
            worker.start()
        try:
            yield
        finally:
            self.is_over.set()
            for worker in workers:
                worker.join(60)


def environment(folder: Path, **changes: str) -> dict[str, str]:
    foreign = {name: value for name, value in os.environ.items() if not name.startswith("FILMSTRIP_")}
    own = {"FILMSTRIP_DATA_DIR": str(folder / "data"), "FILMSTRIP_PORT": str(free_ports(1)[0])}
    return foreign | own | {"FILMSTRIP_SECRET_KEY": SECRET} | changes


def filmstrip(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [filmstrip_program(), *arguments]
    return subprocess.run(program, env=dict(environ), capture_output=True, text=True, timeout=60, check=False)


def cases(folder: Path, video: Path) -> dict[str, tuple[tuple[str, ...], dict[str, str], int]]:
    """Every command that may be run beside a service: its arguments, its environment's changes, its exit code."""
    (folder / "set").mkdir()
    (folder / "set" / "a.vtt").write_text(TRACK)
    query = {"query": {"source": video.as_uri(), "format": [{"output": "thumbnail", "destination": "file:///x.png"}]}}
    query["query"]["format"][0]["destination"] = (folder / "picture.png").as_uri()  # type: ignore[index]
    (folder / "query.json").write_text(json.dumps(query))
    (folder / "web.json").write_text('{"format": {"output": "mp4", "destination": "films/{name}.mp4"}}')
    (folder / "bucket.json").write_text('{"url": "s3://s3.example.com/b/out", "key": "k", "secret": "s"}')
    same = {"FILMSTRIP_DATABASE_URL": f"sqlite:///{folder}/data/filmstrip.db"}
    return {
        "keys create": (("keys", "create", "mine"), {}, 0),
        "keys list": (("keys", "list"), {}, 0),
        "keys revoke": (("keys", "revoke", "mine"), {}, 0),
        "keys rotate-secret": (("keys", "rotate-secret"), {}, 0),
        "profiles add": (("profiles", "add", "web", str(folder / "web.json"), "--key", "settings-1"), {}, 0),
        "profiles add, again": (("profiles", "add", "web", str(folder / "web.json")), {}, 2),
        "profiles add-transfer-method": (
            ("profiles", "add-transfer-method", "out", str(folder / "bucket.json")),
            {},
            0,
        ),
        "profiles list": (("profiles", "list"), {}, 0),
        "profiles show": (("profiles", "show", "web"), {}, 0),
        "profiles remove": (("profiles", "remove", "out", "--transfer-method"), {}, 0),
        "profiles remove, again": (("profiles", "remove", "out", "--transfer-method"), {}, 1),
        "tasks list": (("tasks", "list"), {}, 0),
        "tasks list, as JSON": (("tasks", "list", "--json"), {}, 0),
        "tasks show": (("tasks", "show", "0" * 32), {}, 1),
        "tasks cancel": (("tasks", "cancel", "0" * 32), {}, 1),
        "tasks retry": (("tasks", "retry", "0" * 32), {}, 1),
        "callbacks list": (("callbacks", "list"), {}, 0),
        "callbacks resend": (("callbacks", "resend", "--all"), {}, 0),
        "doctor": (("doctor",), {}, 0),
        "backup": (("backup", str(folder / "backup.db")), {}, 0),
        "restore": (("restore", str(folder / "backup.db"), "--overwrite"), {}, 1),
        "serve, same folder": (("serve",), {}, 1),
        "serve, other folder": (("serve",), same | {"FILMSTRIP_DATA_DIR": str(folder / "other")}, 1),
        "api": (("api",), {}, 2),
        "worker": (("worker",), {}, 2),
        "workers": (("workers",), {}, 1),
        "usage": (("usage",), {}, 0),
        "migrate": (("migrate",), {}, 0),
        "lint": (("lint", str(folder / "set" / "a.vtt")), {}, 1),
        "probe": (("probe", str(video)), {}, 0),
        "thumbnails": (("thumbnails", str(video), str(folder / "pictures")), {}, 0),
        "encode": (("encode", str(folder / "query.json")), {}, 0),
    }


def log_of(data: Path) -> int:
    """The identity of the write-ahead log: another one would mean that somebody deleted it under the service."""
    return (data / "filmstrip.db-wal").stat().st_ino


def test_every_command_is_tried() -> None:
    """A new command is tried beside a running service as well."""
    tried = {arguments[0] for arguments, _, _ in cases_of_names()}
    assert tried == {module.name for module in pkgutil.iter_modules(commands.__path__)} - WITHOUT_DATABASE


def cases_of_names() -> list[tuple[tuple[str, ...], dict[str, str], int]]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return list(cases(Path(folder), Path("/video.mp4")).values())


def test_no_command_beside_a_service_loses_a_task(tmp_path: Path, small_video: Path) -> None:
    """While clients start tasks every command is run; then the service is killed, and each acknowledged task exists."""
    data = tmp_path / "data"
    settings = {"FILMSTRIP_API_KEYS": KEY, "FILMSTRIP_SECRET_KEY": SECRET, "FILMSTRIP_RETRY_SECONDS": "0"}
    with running_filmstrip(data, settings) as server:
        load = Load(server.url)
        with load.running():
            for name, (arguments, changes, code) in cases(tmp_path, small_video).items():
                log = log_of(data)
                ended = filmstrip(environment(tmp_path, **changes), *arguments)
                assert (name, ended.returncode) == (name, code), ended.stderr
                assert "Traceback" not in ended.stderr
                assert log_of(data) == log, f"{name} deleted the write-ahead log"
        server.program.kill()
    assert load.failures == []
    assert len(load.acknowledged) > 20
    with running_filmstrip(data, settings) as again:
        assert unknown_tasks(again, load.acknowledged) == []


def unknown_tasks(server: FilmstripServer, tokens: list[str]) -> list[str]:
    found: dict[str, Any] = {}
    for first in range(0, len(tokens), 50):
        found |= call(server.url, "status", task_tokens=",".join(tokens[first : first + 50]))["statuses"]
    return [token for token in tokens if found[token]["error_description"] == "Unknown task"]


def test_a_second_service_on_one_database_touches_nothing(tmp_path: Path) -> None:
    """A service with a folder of its own is refused on another's database: keys and tasks of the first stay."""
    url = f"sqlite:///{tmp_path}/data/filmstrip.db"
    with running_filmstrip(tmp_path / "data", {"FILMSTRIP_API_KEYS": KEY}) as server:
        session = call(server.url, "access_token", api_key=KEY)["token"]
        changes = {"FILMSTRIP_DATA_DIR": str(tmp_path / "other"), "FILMSTRIP_DATABASE_URL": url}
        second = filmstrip(environment(tmp_path, FILMSTRIP_API_KEYS="fedcba9876543210", **changes), "serve")
        assert second.returncode == 1
        assert "is used by a service that runs now (process " in second.stderr
        assert "data_dir or database_url" in second.stderr
        assert call(server.url, "create_task", token=session)["error"] == 0
        assert call(server.url, "access_token", api_key=KEY)["error"] == 0
        server.program.kill()
    changes["FILMSTRIP_API_KEYS"] = KEY
    with running_filmstrip(tmp_path / "other", changes) as heir:  # a killed service leaves no lock behind
        assert call(heir.url, "create_task", token=session)["error"] == 0


def test_a_taken_port_is_known_before_any_work_begins(tmp_path: Path) -> None:
    """A service whose port is taken makes no database and takes up no task."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = filmstrip(environment(tmp_path, FILMSTRIP_PORT=port, FILMSTRIP_HOST="127.0.0.1"), "serve")
    assert ended.returncode == 1
    assert f"Cannot listen on 127.0.0.1, port {port}: Address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists()
