"""The official clients, as they come from PyPI and npm, run the published job."""

import json
import os
import secrets
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from qencode3 import QencodeTaskException

# Its first call puts the module of the same name in the function's place.
from qencode3 import client as log_in

from filmstrip.testing.filmstrip_server import running_filmstrip
from filmstrip.testing.postgresql import PostgresqlProcess, missing_postgresql, running_postgresql
from qencode_job import check_bucket, check_status
from servers import need

HERE = Path(__file__).parent
DEADLINE_SECONDS = 50
AWAY_SECONDS = 25.0
"""Whoever asks for a status waits 20 s for the database, and is then told what was last known."""


def test_the_python_client_runs_the_job(stage: Any) -> None:
    """PyPI's qencode3 logs in, creates, starts and follows the task; everything is in the bucket in the end."""
    client = log_in(stage.api_key, api_url=f"{stage.url}/")
    assert client.error is None
    task = client.create_task()
    assert task.upload_url == f"{stage.url}/v1/upload_file"
    task.custom_start({"query": stage.job()}, payload="from python")
    assert (task.error, task.status_url) == (None, f"{stage.url}/v1/status")
    status = followed(task)
    assert (status["payload"], status["status_url"]) == ("from python", f"{stage.url}/v1/status")
    check_status(status, stage.s3, stage.bucket)
    check_bucket(stage.s3, stage.bucket)


def test_the_node_client_runs_the_job(stage: Any) -> None:
    """The npm package qencode-api does the same."""
    result = run_node({"endpoint": stage.url, "key": stage.api_key, "params": stage.job(), "payload": "from node"})
    assert result["uploadUrl"] == f"{stage.url}/v1/upload_file"
    assert (result["status"]["payload"], result["statusUrl"]) == ("from node", f"{stage.url}/v1/status")
    check_status(result["status"], stage.s3, stage.bucket)
    check_bucket(stage.s3, stage.bucket)


def test_curl_runs_the_job_as_the_documentation_prints_it(stage: Any) -> None:
    """Four commands with JSON that nobody encoded: what one copies from the page works."""
    token = curl(f"{stage.url}/v1/access_token", f"api_key={stage.api_key}")["token"]
    task = curl(f"{stage.url}/v1/create_token", f"token={token}")["task_token"]
    query = json.dumps({"query": stage.job()}, indent=2)
    started = curl(f"{stage.url}/v1/start_encode2", f"task_token={task}", f"query={query}")
    assert started == {"error": 0, "status_url": f"{stage.url}/v1/status"}
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (status := curl(started["status_url"], f"task_tokens={task}")["statuses"][task])["status"] != "completed":
        assert time.monotonic() < deadline, status
        time.sleep(0.2)
    check_status(status, stage.s3, stage.bucket)
    check_bucket(stage.s3, stage.bucket)


def test_without_a_destination_the_service_keeps_the_files(stage: Any) -> None:
    """Outputs without a destination are at the URLs of the status, for every web page, with ranges, for a day."""
    images = {"output": "thumbnails", "destination": "", "interval": 30, "height": 90, "image_format": "jpg"}
    task = log_in(stage.api_key, api_url=f"{stage.url}/").create_task()
    task.custom_start({"query": {"source": stage.source_url, "format": [images, {"output": "mp4", "duration": 2}]}})
    status = followed(task)
    (image,), (video,) = status["images"], status["videos"]
    assert image["url"].startswith(f"{stage.url}/storage/")
    assert image["storage"]["expire"] > image["storage"]["timestamp"]
    first = urllib.parse.urljoin(image["url"], image["storage"]["names"][0])
    for url, content_type in ((image["url"], "text/vtt"), (first, "image/jpeg"), (video["url"], "video/mp4")):
        part = urllib.request.urlopen(urllib.request.Request(url, headers={"Range": "bytes=0-3"}), timeout=10)
        with part:
            assert (part.status, len(part.read())) == (206, 4)
            assert part.headers["Content-Type"].partition(";")[0] == content_type
            assert part.headers["Access-Control-Allow-Origin"] == "*"


def test_a_failed_task_ends_for_the_python_client(stage: Any) -> None:
    """A task whose source is not there ends with an error that the client's loop sees."""
    job = stage.job()
    job["source"] += ".missing"
    task = log_in(stage.api_key, api_url=f"{stage.url}/").create_task()
    task.custom_start({"query": job})
    status = followed(task)
    assert (status["status"], status["error"]) == ("completed", 1)
    assert status["error_description"]


def test_the_python_client_tells_every_mistake(stage: Any) -> None:
    """A query with mistakes comes back as an error with all of them in its message."""
    task = log_in(stage.api_key, api_url=f"{stage.url}/").create_task()
    task.custom_start({"query": {"source": stage.source_url, "format": [{"output": "thumbnails", "interval": "abc"}]}})
    assert task.error == 19
    assert task.message.startswith('format[0].interval: "abc" is not a number')


def test_metadata_that_is_not_made_ends_for_the_python_client(stage: Any) -> None:
    """It asks for the status until that is completed, whatever its query was answered; then it tells the answer."""
    with pytest.raises(QencodeTaskException, match=r"format\[0\]\.output: .metadata. is not one of"):
        log_in(stage.api_key, api_url=f"{stage.url}/").get_metadata(stage.source_url)


def test_a_wrong_key_is_told_to_the_python_client(stage: Any) -> None:
    """A key that nobody knows gives the client its code and message."""
    client = log_in("0123456789abc", api_url=f"{stage.url}/")
    assert (client.error, client.message) == (3, "API key not found")


def test_no_secret_is_in_the_log(stage: Any) -> None:
    """Whatever the clients did, the log of the service holds neither the key to it nor the secret of the bucket."""
    task = log_in(stage.api_key, api_url=f"{stage.url}/").create_task()
    task.custom_start({"query": stage.job()})
    followed(task)
    log = stage.log.read_text()
    assert task.task_token in log
    assert stage.api_key not in log
    assert stage.s3.secret not in log


@pytest.fixture
def shaken(stage: Any, tmp_path: Path) -> Iterator[tuple[Any, PostgresqlProcess]]:
    """The same on a PostgreSQL that the test stops."""
    need(missing_postgresql())
    with running_postgresql() as (server, process):
        settings = {
            "FILMSTRIP_API_KEYS": stage.api_key,
            "FILMSTRIP_PRIVATE_HOSTS": "127.0.0.1",
            "FILMSTRIP_PLAIN_HTTP_HOSTS": f"{stage.s3.host}:{stage.s3.port}",
            "FILMSTRIP_DATABASE_URL": server.make_database(),
        }
        with running_filmstrip(tmp_path / "data", settings) as service:
            yield replace(stage, url=service.url, log=service.log), process


@pytest.mark.timeout(240)
def test_clients_go_on_through_an_outage(shaken: tuple[Any, PostgresqlProcess]) -> None:
    """Their loops end well though the database is away for longer than the service lets them wait for an answer."""
    stage, database = shaken
    other = replace(stage, bucket=f"qencode-{secrets.token_hex(4)}")
    stage.s3.make_bucket(other.bucket, public=True)
    task = log_in(stage.api_key, api_url=f"{stage.url}/").create_task()
    task.custom_start({"query": stage.job()})
    task.status()
    job = {"endpoint": stage.url, "key": stage.api_key, "params": other.job(), "payload": "from node"}
    with ThreadPoolExecutor() as threads:
        node = threads.submit(run_node, job, AWAY_SECONDS + 120)
        while stage.log.read_text().count('"path": "/v1/status"') < 2:
            assert not node.done(), node.result()
            time.sleep(0.05)
        database.stop()
        threading.Timer(AWAY_SECONDS, database.start).start()
        status = followed(task, AWAY_SECONDS + 120)
        for told, of in ((status, stage), (node.result()["status"], other)):
            check_status(told, of.s3, of.bucket)
            check_bucket(of.s3, of.bucket)


def followed(task: Any, seconds: float = DEADLINE_SECONDS) -> dict[str, Any]:
    """Ask for the status as the client does until it is final."""
    deadline = time.monotonic() + seconds
    while (status := task.status())["status"] != "completed" and not status["error"]:
        assert time.monotonic() < deadline, status
        time.sleep(0.2)
    return dict(status)


def run_node(job: dict[str, Any], seconds: float = DEADLINE_SECONDS) -> dict[str, Any]:
    """Run the script with the Node client."""
    if not (HERE / "node_modules" / "qencode-api").is_dir() or shutil.which("node") is None:
        need = "the Node client is missing: npm ci --prefix tests/qencode"
        pytest.fail(need) if os.environ.get("CI") else pytest.skip(need)
    run = subprocess.run(
        ["node", "run_job.cjs"],
        check=False,
        cwd=HERE,
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert run.returncode == 0, run.stderr
    return dict(json.loads(run.stdout))


def curl(url: str, *fields: str) -> dict[str, Any]:
    """Post fields as `curl -d` does; fields that begin with a brace are sent as they are."""
    arguments = [part for field in fields for part in ("-d", field)]
    run = subprocess.run(["curl", "-sS", url, *arguments], capture_output=True, text=True, check=True, timeout=20)
    return dict(json.loads(run.stdout))
