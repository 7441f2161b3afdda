"""Is nothing lost on PostgreSQL: when it goes away, when it crashes, when the service is killed?"""

import json
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from filmstrip.db.database import Database
from filmstrip.domain.errors import DatabaseAwayError
from filmstrip.testing.filmstrip_server import running_filmstrip
from filmstrip.testing.postgresql import postgresql_program
from fresh_database import ADDRESS, CIPHER, open_database
from postgresql_server import PostgresqlProcess, PostgresqlServer, missing_postgresql, running_postgresql
from servers import need
from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(300)
KEY = "0123456789abcdef"

Server = tuple[PostgresqlServer, PostgresqlProcess]


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A server that these tests stop and start."""
    need(missing_postgresql())
    with running_postgresql() as running:
        yield running


@pytest.fixture
def service(tmp_path: Path, small_video: Path, own: Server) -> Iterator[ToyService]:
    shutil.copy(small_video, tmp_path / "source.mp4")
    with ToyService(tmp_path, url=own[0].make_database()) as running:
        yield running


def source_of(service: ToyService) -> str:
    return (service.folder / "source.mp4").as_uri()


def during(away: Callable[[], object], back: Callable[[], object], seen: Callable[[], object]) -> None:
    """Let the database go away, see something, and let it come back whatever was seen."""
    away()
    try:
        seen()
    finally:
        back()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_database_that_is_away_fails_nothing(service: ToyService, own: Server, how: str) -> None:
    """What is made meanwhile is written down after it; what is whole is not made again; what waits begins then."""
    service.hold("b")
    token = service.submit(source_of(service), {})
    waiting = [service.submit(source_of(service), {}) for _ in range(3)]
    service.await_gate("b")

    def go_on() -> None:
        service.open_gates()
        # Whatever it made, the service has met the database that is away.
        eventually(lambda: "does not answer" in service.log.read_text() or service.put()[-1:] == ["b"], "it goes on")

    during(getattr(own[1], how), own[1].start, go_on)
    for each in (token, *waiting):
        task = service.finished(each)
        assert (task.error, [output.error for output in task.outputs]) == (None, [None])
        assert task.outputs[0].result is not None
        assert task.outputs[0].result.names == ("a", "b", "c")
    assert Counter(service.rendered())["a"] == 4


def test_a_killed_service_goes_on(service: ToyService) -> None:
    """What was put before the kill is not made again."""
    service.hold("b")
    token = service.submit(source_of(service), {})
    service.await_gate("b")
    eventually(lambda: len(service.database.artifacts.read_artifacts(token, 0)) == 1, "the first is recorded")
    service.kill()
    service.open_gates()
    service.start()
    assert service.finished(token).error is None
    assert Counter(service.rendered()) == {"a": 1, "b": 2, "c": 1}


def test_a_copy_is_gone_on_with(service: ToyService, own: Server) -> None:
    """By pg_dump, while a task is at work; a service on the copy makes what is missing, and nothing else."""
    service.hold("b")
    token = service.submit(source_of(service), {})
    service.await_gate("b")
    eventually(lambda: len(service.database.artifacts.read_artifacts(token, 0)) == 1, "the first is recorded")
    copy, original = own[0].make_database(), (service.folder / ADDRESS).read_text()
    dump = subprocess.run([postgresql_program("pg_dump"), original], capture_output=True, check=True, timeout=60).stdout
    service.kill()
    restore = [postgresql_program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", copy]
    subprocess.run(restore, input=dump, stdout=subprocess.DEVNULL, check=True, timeout=60)
    service.open_gates()
    service.database.close()
    (service.folder / ADDRESS).write_text(copy)
    service.database = open_database(service.folder)
    service.start()
    task = service.finished(token)
    assert (task.error, [output.error for output in task.outputs]) == (None, [None])
    assert Counter(service.rendered()) == {"a": 1, "b": 2, "c": 1}


def call(url: str, method: str, **fields: str) -> tuple[int, dict[str, Any]]:
    """Call the API; tells the HTTP status, too."""
    try:
        with urllib.request.urlopen(
            f"{url}/v1/{method}", urllib.parse.urlencode(fields).encode(), timeout=60
        ) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, {**json.load(error), "header": error.headers["Retry-After"]}


def test_clients_are_told_that_the_database_is_away(tmp_path: Path, own: Server) -> None:
    """When to ask again, at once, and of a task that is known what was last known of it; no thread waits meanwhile."""
    settings = {"FILMSTRIP_DATABASE_URL": own[0].make_database(), "FILMSTRIP_API_KEYS": KEY}
    with running_filmstrip(tmp_path / "data", settings) as server:
        session = call(server.url, "access_token", api_key=KEY)[1]["token"]
        task = call(server.url, "create_task", token=session)[1]["task_token"]
        other = call(server.url, "create_task", token=session)[1]["task_token"]
        known = call(server.url, "status", task_tokens=task)[1]

        def ask() -> None:
            asked: dict[str, tuple[int, dict[str, Any]]] = {}

            def status(token: str) -> None:
                asked[token] = call(server.url, "status", task_tokens=token)

            askers = [threading.Thread(target=status, args=(token,)) for token in (task, other)]
            for asker in askers:
                asker.start()
            told = {"error": 8, "message": "The database does not answer", "retry_after": 5.0}
            assert call(server.url, "create_task", token=session) == (200, told)
            assert call(server.url, "access_token", api_key=KEY) == (503, {**told, "header": "5"})
            with pytest.raises(urllib.error.HTTPError, match="503"):
                urllib.request.urlopen(f"{server.url}/readyz", timeout=60)
            for asker in askers:
                asker.join()
            assert asked == {task: (200, known), other: (503, {**told, "header": "5"})}

        during(own[1].stop, own[1].start, ask)
        eventually(lambda: call(server.url, "create_task", token=session)[1]["error"] == 0, "it works again")
        assert "p/w" not in server.log.read_text()
        away = [line for line in server.log.read_text().splitlines() if "OperationalError" in line]
        assert len(away) == 1


def test_a_caller_waits_no_longer_than_it_wants(own: Server) -> None:
    """Without patience of its own, a few seconds."""
    database = Database(own[0].make_database(), CIPHER)
    database.migrate()

    def look() -> None:
        began = time.monotonic()
        with pytest.raises(DatabaseAwayError, match="The database does not answer"):
            database.keys.list_keys()
        assert time.monotonic() - began > 2

    during(own[1].stop, own[1].start, look)
    assert database.keys.list_keys() == ()
    database.close()
