"""Which processes survive when one of a service's is killed, and does the service go on?"""

import json
import os
import signal
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.sample_video import make_sample
from filmstrip.testing.filmstrip_server import FilmstripServer, running_filmstrip
from process_tree import DEADLINE_SECONDS, Process, await_death, eventually, find_role, started_by

pytestmark = pytest.mark.timeout(240)
KEY = "0123456789abcdef"


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video that takes some seconds to encode."""
    path = tmp_path_factory.mktemp("video") / "video.mp4"
    make_sample(path, MediaSettings(), lambda _fraction: None, duration_seconds=4)
    return path


def call(url: str, method: str, **fields: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/v1/{method}", urllib.parse.urlencode(fields).encode(), timeout=10) as answer:
        return dict(json.load(answer))


def encode(server: FilmstripServer, video: Path) -> str:
    session = call(server.url, "access_token", api_key=KEY)["token"]
    token = str(call(server.url, "create_task", token=session)["task_token"])
    query = {"source": video.as_uri(), "format": [{"output": "mp4"}]}
    started = call(server.url, "start_encode2", task_token=token, query=json.dumps({"query": query}))
    assert started["error"] == 0
    return token


def has_ended(server: FilmstripServer, token: str) -> dict[str, Any] | None:
    status = dict(call(server.url, "status", task_tokens=token)["statuses"][token])
    return status if status["status"] == "completed" else None


def outcome(server: FilmstripServer, token: str) -> dict[str, Any]:
    return eventually(lambda: has_ended(server, token), "it ends")


def encode_at_work(server: FilmstripServer, video: Path, service: Process, role: str = "ffmpeg") -> tuple[str, Process]:
    """Start encodes until one is seen at work, and return it with a process of it.

    On a machine that has much to do, one may be over before this looks again.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        token = encode(server, video)
        while has_ended(server, token) is None:
            if find_role("ffmpeg", service.pid) and (found := find_role(role, service.pid)):
                return token, found
    raise AssertionError(f"no {role} was seen at work")


def service_process(folder: Path) -> Process:
    """Find the service by its data folder, in which it is the only one."""
    marker = f"FILMSTRIP_DATA_DIR={folder}".encode()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if marker in (path / "environ").read_bytes().split(b"\0") and b"serve" in (path / "cmdline").read_bytes():
                return started_by(int(path.name))[0]
        except OSError:
            continue
    raise AssertionError("the service does not run")


def running_settings(video: Path) -> dict[str, str]:
    return {"FILMSTRIP_API_KEYS": KEY, "FILMSTRIP_LOCAL_ROOTS": str(video.parent)}


@pytest.fixture(scope="module")
def survivor(tmp_path_factory: pytest.TempPathFactory, video: Path) -> Iterator[tuple[FilmstripServer, Process]]:
    """A service that requires isolation and outlives whatever is killed below it, and its process."""
    data = tmp_path_factory.mktemp("survivor") / "data"
    with running_filmstrip(data, running_settings(video) | {"FILMSTRIP_ISOLATION": "required"}) as server:
        yield server, service_process(data)


@pytest.mark.parametrize("role", ["fork server", "media child", "ffmpeg"])
def test_a_service_goes_on(survivor: tuple[FilmstripServer, Process], video: Path, role: str) -> None:
    """Whatever is killed below a service takes what it started with it, and the task is finished all the same."""
    server, service = survivor
    token, victim = encode_at_work(server, video, service, role)
    below = started_by(victim.pid)
    with suppress(ProcessLookupError):
        os.kill(victim.pid, signal.SIGKILL)
    await_death(below)
    status = outcome(server, token)
    assert (status["error"], status["error_description"]) == (0, None)
    assert service.is_alive


def test_a_killed_service_leaves_nothing(tmp_path: Path, video: Path) -> None:
    """All of it ends with the service, before the next start, which finishes what was begun."""
    with running_filmstrip(tmp_path / "data", running_settings(video)) as server:
        service = service_process(tmp_path / "data")
        token, _ffmpeg = encode_at_work(server, video, service)
        tree = started_by(service.pid)
        os.kill(service.pid, signal.SIGKILL)
        await_death(tree)
    with running_filmstrip(tmp_path / "data", running_settings(video)) as server:
        assert outcome(server, token)["error"] == 0


def test_what_holds_is_in_the_log(survivor: tuple[FilmstripServer, Process]) -> None:
    """A service that requires isolation says what it keeps media work from before it takes any."""
    server, _ = survivor
    events = [json.loads(line) for line in server.log.read_text().splitlines()]
    names = [event["event"] for event in events]
    assert names.index("isolation") < names.index("listening")
    (told,) = [event for event in events if event["event"] == "isolation"]
    assert told["keeps_from"] == [
        "files of others",
        "the network",
        "other processes",
        "programs",
        "attributes of files",
    ]
    assert told["does_not_keep_from"] == []
