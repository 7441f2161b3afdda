"""Is each receiver told what happened, whoever is killed, and does nobody wait for one that is silent or down?"""

import json
import os
import shutil
import sqlite3
import subprocess
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from callback_receiver import Call, Receiver, running_receiver
from filmstrip.testing.filmstrip_server import FilmstripServer, filmstrip_program, running_filmstrip
from filmstrip.testing.running_program import free_ports
from filmstrip.wire.callbacks import sign
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)

SECRET = "hidden-in-the-address"
ONE = {"groups": [["a"]]}
QUICK = {"callback_pause_seconds": 0.01}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def service(tmp_path: Path, small_video: Path) -> Iterator[ToyService]:
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path, callbacks=QUICK, jobs={"watch_seconds": 0.2}) as running:
        yield running


def submit(service: ToyService, receiver: Receiver, *outputs: dict[str, Any], **parameters: Any) -> str:
    url = f"{receiver.url.replace('://', f'://user:{SECRET}@')}/hook?token={SECRET}"
    source = (service.folder / "source.mp4").as_uri()
    return service.submit(source, *(outputs or (ONE,)), callback_url=url, **parameters)


def await_nothing_left(service: ToyService) -> None:
    """Everything is told, written down as told, and nothing of the address is kept."""
    eventually(lambda: not service.database.callbacks.list_all(), "all is told")


def test_a_task_is_told_from_beginning_to_end(service: ToyService, receiver: Receiver) -> None:
    """With the end of each output where that is asked for; the address and its secrets stay out of log and files."""
    token = submit(service, receiver, ONE, {**ONE, "trouble": {"a": "error"}}, use_subtask_callback=1)
    eventually(lambda: "saved" in receiver.events(token), "the end is told")
    events = receiver.events(token)
    assert events[0] == "queued"
    assert sorted(events[1:3]) == ["image-0-0-0 saved", "image-1-0-0 error"]
    assert events[3:] == ["error", "saved"]
    assert receiver.calls[-1].status["status"] == "completed"
    await_nothing_left(service)
    assert service.database.callbacks.read_target(token) is None
    assert SECRET not in service.log.read_text()
    service.kill()
    files = [path for path in service.folder.glob("filmstrip.db*") if path.suffix != ".lock"]
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in files)


def test_a_cancelled_task_is_told(service: ToyService, receiver: Receiver) -> None:
    """As one that failed, for that reason; it does not wait until its receiver has heard of it."""
    service.hold("a")
    receiver.answer = receiver.be_silent
    token = submit(service, receiver)
    service.await_gate("a")
    assert service.order(f"cancel {token}") == "done"
    receiver.answer = lambda _call: 200
    receiver.ended.set()
    receiver.await_events(token, "queued", "error", "saved")
    assert receiver.accepted[1].fields["error_message"] == "Cancelled"


@pytest.mark.parametrize("moment", ["inside finish", "after finish", "before call back", "inside call back"])
def test_killed_around_the_end(tmp_path: Path, small_video: Path, receiver: Receiver, moment: str) -> None:
    """Whether the task has just ended, or its receiver has just been told: after the restart it knows of the end."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path, callbacks=QUICK, jobs={"watch_seconds": 0.2}) as service:
        (service.folder / "die-at").write_text(moment)
        token = submit(service, receiver)
        service.await_death()
        service.start()
        assert service.finished(token).error is None
        await_nothing_left(service)
    assert list(dict.fromkeys(receiver.events(token))) == ["queued", "saved"]
    assert len(receiver.events(token)) == 2, "what was written down as told is not told again"


def test_killed_in_the_middle_of_a_call(service: ToyService, receiver: Receiver) -> None:
    """The receiver may be told twice, by the same name of the event."""
    called = threading.Event()

    def hold(_call: Call) -> int:
        called.set()
        return receiver.be_silent(_call)

    receiver.answer = hold
    token = submit(service, receiver)
    assert called.wait(60)
    service.kill()
    receiver.answer = lambda _call: 200
    service.start()
    receiver.await_events(token, "queued", "saved")
    first, again = receiver.calls[:2]
    assert first.fields["event_id"] == again.fields["event_id"] == f"{token}.queued"


def test_killed_while_a_receiver_is_down(tmp_path: Path, small_video: Path) -> None:
    """What waits for its next try survives any number of restarts; then it comes in order, each once."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    (port,) = free_ports(1)
    with ToyService(tmp_path, callbacks={"callback_pause_seconds": 0.05}) as service:
        source = (service.folder / "source.mp4").as_uri()
        token = service.submit(source, ONE, callback_url=f"http://127.0.0.1:{port}/")
        assert service.finished(token).error is None
        for tries in (1, 2, 4):
            eventually(lambda: tries_of(service, token)[0] >= tries, "it is tried")  # noqa: B023 - used at once
            service.kill()
            service.start()
        eventually(lambda: service.task(token).warnings[1:], "the status says so")
        assert service.task(token).warnings[-1].message == "Callback delivery error"
        assert tries_of(service, token)[1:] == [0], "the end waits behind the beginning"
        with running_receiver(port) as receiver:
            receiver.await_events(token, "queued", "saved")
            await_nothing_left(service)


def tries_of(service: ToyService, token: str) -> list[int]:
    return [each.tries for each in service.database.callbacks.list_all() if each.token == token]


def test_silent_receivers_are_in_nobodys_way(tmp_path: Path, small_video: Path, receiver: Receiver) -> None:
    """With one slot, one open task and one fetch, tasks of a key whose nine receivers are silent stop no other's."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    jobs = {"slots": 1, "open_tasks": 1, "open_tasks_per_key": 0, "fetches": 1}
    silent_for = {"callback_seconds": 120.0}
    with ExitStack() as stack:
        silent = [stack.enter_context(running_receiver()) for _ in range(9)]
        service = stack.enter_context(ToyService(tmp_path, jobs=jobs, callbacks=silent_for))
        for each in silent:
            each.answer = each.be_silent
        nothing = (service.folder / "nothing.mp4").as_uri()
        service.key_id = service.database.keys.create_key("silent")[0].id
        waiting = [service.submit(nothing, ONE, callback_url=each.url) for _ in range(9) for each in silent]
        service.key_id = None
        token = submit(service, receiver)
        receiver.await_events(token, "queued", "saved")
        for task in waiting:
            assert service.finished(task).error is not None
        assert {call.event for each in silent for call in each.calls} == {"queued"}
        assert all(len(each.calls) <= 8 for each in silent)
        assert service.terminate() == 0, "nor of an orderly end"


def test_what_was_given_up_is_sent_again_beside_the_service(
    tmp_path: Path, small_video: Path, receiver: Receiver
) -> None:
    """A command lists it and asks for it; the running service sends it, and one that is not running when it starts."""
    shutil.copy(small_video, tmp_path / "source.mp4")
    receiver.answer = lambda _call: 503
    once = {"callback_hours": 0}
    with ToyService(tmp_path, callbacks=once, jobs={"watch_seconds": 0.2}) as service:
        token = submit(service, receiver)
        eventually(lambda: len(given_up(service)) == 2, "both are given up")
        listed = filmstrip(service, "list")
        assert [f"{token}.{event}" in listed.stdout for event in ("queued", "saved")] == [True, True]
        assert "given up" in listed.stdout
        assert "503 Service Unavailable" in listed.stdout
        assert SECRET not in listed.stdout
        receiver.answer = lambda _call: 200
        assert filmstrip(service, "resend", f"{token}.saved").returncode == 0
        receiver.await_events(token, "saved")
        # Killed before it knows that this was told, it would rightly tell it again.
        eventually(lambda: len(service.database.callbacks.list_all()) == 1, "it knows")
        service.kill()
        assert filmstrip(service, "resend", "--all").returncode == 0
        service.start()
        receiver.await_events(token, "saved", "queued")
        await_nothing_left(service)
        assert "unknown" in (wrong := filmstrip(service, "resend", "unknown")).stderr
        assert wrong.returncode == 1
        assert filmstrip(service, "resend").returncode == filmstrip(service, "resend", "--all", "x").returncode == 2


def given_up(service: ToyService) -> list[Any]:
    return [each for each in service.database.callbacks.list_all() if each.due_at is None]


def filmstrip(service: ToyService, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "FILMSTRIP_DATA_DIR": str(service.folder / "data"),
        "FILMSTRIP_DATABASE_URL": f"sqlite:///{service.folder}/filmstrip.db",
        "FILMSTRIP_SECRET_KEY": "00" * 32,
        "COLUMNS": "300",
    }
    program = [filmstrip_program(), "callbacks", *arguments]
    return subprocess.run(
        program, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_what_a_kill_left_between_two_scripts_is_found(service: ToyService, receiver: Receiver) -> None:
    """Where the durable engine has forgotten what it was to do, as after a restore, the service sees to it itself."""
    receiver.answer = lambda _call: 503
    token = submit(service, receiver)
    assert service.finished(token).error is None
    eventually(lambda: tries_of(service, token)[0] >= 5, "it waits")
    service.kill()
    with closing(sqlite3.connect(service.folder / "filmstrip.db")) as database, database:
        database.execute("DELETE FROM workflow_status WHERE workflow_uuid LIKE ?", (f"{token}:%",))
        database.execute("UPDATE callback SET due_at = '2020-01-01 00:00:00.000000'")
    receiver.answer = lambda _call: 200
    service.start()
    receiver.await_events(token, "queued", "saved")


def test_a_client_is_called_as_its_query_wants(tmp_path: Path, small_video: Path, receiver: Receiver) -> None:
    """By the real service: with the payload of the form, addresses by which the client reaches it, and signed."""
    secret = "0123456789abcdef"
    settings = {
        "FILMSTRIP_API_KEYS": secret,
        "FILMSTRIP_LOCAL_ROOTS": str(small_video.parent),
        "FILMSTRIP_PRIVATE_HOSTS": "127.0.0.1",
        "FILMSTRIP_CALLBACK_SECRET": secret,
    }
    query = {
        "source": small_video.as_uri(),
        "format": [{"output": "thumbnail"}],
        "callback_url": f"{receiver.url}/hook",
    }
    with running_filmstrip(tmp_path / "data", settings) as server:
        session = call(server, "access_token", api_key=secret)["token"]
        token = str(call(server, "create_task", token=session)["task_token"])
        start = {"task_token": token, "query": json.dumps({"query": query}), "payload": '{"id": 7} & ü'}
        assert call(server, "start_encode2", **start)["error"] == 0
        receiver.await_events(token, "queued", "saved")
        saved = receiver.calls[-1]
        assert saved.fields["payload"] == start["payload"]
        assert saved.status == call(server, "status", task_tokens=token)["statuses"][token]
        assert saved.status["images"][0]["url"].startswith(f"{server.url}/")
        seconds = int(saved.headers["x-filmstrip-signature"].partition(",")[0].removeprefix("t="))
        assert saved.headers["x-filmstrip-signature"] == sign(saved.body, secret, seconds)


def call(server: FilmstripServer, method: str, **fields: str) -> dict[str, Any]:
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{server.url}/v1/{method}", body, timeout=30) as response:
        return dict(json.load(response))
