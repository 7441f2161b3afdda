"""Every call that the published pages make with curl, as they write it: forms of raw JSON, lists of tokens, uploads."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from filmstrip.testing.filmstrip_server import running_filmstrip
from playlists import HLS, made

KEY = "0123456789abcdef"
ABSENT = "f" * 32
TUS = ("-H", "Tus-Resumable: 1.0.0")
DEADLINE_SECONDS = 50


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service, by the address that clients put before the name of a method."""
    folder = tmp_path_factory.mktemp("curl")
    with running_filmstrip(folder / "data", {"FILMSTRIP_API_KEYS": KEY}) as server:
        yield f"{server.url}/v1"


def curl(*arguments: str) -> str:
    run = subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True, check=True, timeout=30)
    return run.stdout


def call(url: str, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(curl(url, *arguments)))


@pytest.fixture(scope="module")
def small_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second of moving picture with sound."""
    folder = tmp_path_factory.mktemp("film")
    made(HLS).lay(folder)
    return next(folder.glob("*0.ts"))


def new_task(api: str) -> dict[str, Any]:
    session = call(f"{api}/access_token", "-d", f"api_key={KEY}")
    assert len(session["expire"]) == len("2031-05-02T10:00:00")
    return call(f"{api}/create_task", "-d", f"token={session['token']}")


def followed(api: str, token: str) -> dict[str, Any]:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (found := call(f"{api}/status", "-d", f"task_tokens={token}")["statuses"][token])["status"] != "completed":
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return dict(found)


def header(answer: str, name: str) -> str:
    return next(line.partition(": ")[2] for line in answer.splitlines() if line.lower().startswith(f"{name}:"))


def test_a_film_is_uploaded_and_encoded(api: str, small_video: Path) -> None:
    """By the steps of tus, each a line, in two parts; then by its number, in a query of raw JSON over several lines."""
    task = new_task(api)
    place = f"{task['upload_url']}/{task['task_token']}"
    asked = curl("-i", "-X", "OPTIONS", place, *TUS)
    assert (header(asked, "tus-version"), "204 No Content" in asked) == ("1.0.0", True)
    size, half = small_video.stat().st_size, small_video.stat().st_size // 2
    name = base64.b64encode(b"film.mp4").decode()
    created = curl(
        *("-i", "-X", "POST", place, *TUS, "-H", f"Upload-Length: {size}", "-H", f"Upload-Metadata: filename {name}")
    )
    assert created.startswith("HTTP/1.1 201")
    location = header(created, "location")
    for begin, part in ((0, f"0-{half - 1}"), (half, f"{half}-")):
        assert header(curl("-I", location, *TUS), "upload-offset") == str(begin)
        piece = subprocess.run(
            ["curl", "-sS", "-r", part, small_video.as_uri()], capture_output=True, check=True, timeout=30
        )
        sent = subprocess.run(
            [
                *("curl", "-sS", "-i", "-X", "PATCH", location, *TUS, "-H", f"Upload-Offset: {begin}"),
                *("-H", "Content-Type: application/offset+octet-stream", "--data-binary", "@-"),
            ],
            input=piece.stdout,
            capture_output=True,
            check=True,
            timeout=30,
        )
        assert b"204 No Content" in sent.stdout
    query = f"""query={{"query": {{
      "source": "tus:{location.rpartition("/")[2]}",
      "format": [
        {{"output": "thumbnail", "time": "0.20", "width": 64}}
      ]
    }}}}"""
    started = call(
        f"{api}/start_encode2", "-d", f"task_token={task['task_token']}", "-d", query, "-d", "payload=a b & c"
    )
    assert started == {"error": 0, "status_url": f"{api}/status"}
    found = followed(api, task["task_token"])
    assert (found["error"], found["images"][0]["meta"]["width"]) == (0, 64)


def test_a_film_is_sent_as_a_form(api: str, small_video: Path) -> None:
    """One line for the upload, and one that starts the task; several parts of it are stitched."""
    task = new_task(api)
    sent = call(f"{task['upload_url']}/{task['task_token']}", "-F", f"file=@{small_video}")
    items = json.dumps([sent["source"], {"url": sent["source"], "start_time": "0.2", "duration": "0.2"}])
    query = f'{{"query": {{"stitch": {items}, "format": [{{"output": "thumbnails", "interval": 1, "width": 32}}]}}}}'
    started = call(f"{api}/start_encode2", "-F", f"task_token={task['task_token']}", "-F", f"query={query}")
    assert started["error"] == 0
    found = followed(api, task["task_token"])
    assert found["error"] == 0
    assert found["images"][0]["meta"]["count"] >= 1


def test_every_form_of_asking_for_the_status(api: str) -> None:
    """One token, two with a comma, repeated fields, a list as JSON, in the address, with slashes too many."""
    one, two = (new_task(api)["task_token"] for _ in range(2))
    both = {one: "created", two: "created"}
    forms: list[tuple[dict[str, str], tuple[str, ...]]] = [
        ({one: "created"}, (f"{api}/status", "-d", f"task_tokens={one}")),
        ({one: "created"}, (f"{api}/status", "-F", f"task_tokens={one}")),
        (both, (f"{api}/status", "-d", f"task_tokens={one},{two}")),
        (both, (f"{api}/status", "-d", f"task_tokens[]={one}", "-d", f"task_tokens[]={two}")),
        (both, (f"{api}/status", "--data-urlencode", f'task_tokens=["{one}","{two}"]')),
        ({one: "created"}, ("-G", f"{api}/status", "-d", f"task_tokens={one}")),
        ({one: "created"}, (f"{api.removesuffix('v1')}/v1//status/", "-d", f"task_tokens={one}", "-d", "token=x")),
    ]
    for expected, (url, *arguments) in forms:
        answer = call(url, *arguments)
        assert {token: each["status"] for token, each in answer["statuses"].items()} == expected, arguments
    unknown = call(f"{api}/status", "-d", f"task_tokens={ABSENT}")["statuses"][ABSENT]
    assert (unknown["status"], unknown["error"], unknown["images"]) == ("completed", 1, [])


def test_what_is_wrong_is_an_answer(api: str) -> None:
    """A number and a sentence, with the HTTP status of a success, whichever method is called."""
    token = new_task(api)["task_token"]
    long_query = json.dumps({"source": "x" * 5000})  # so long that curl waits for "100 Continue"
    cases = (
        ("access_token", ("-d", "api_key=wrong-key-wrong"), None),
        ("create_task", ("-d", f"token={ABSENT}"), None),
        ("start_encode2", ("-d", f"task_token={token}", "-d", f"query={long_query}"), 19),
        ("start_encode2", ("-d", f"task_token={token}", "-d", 'query={"query": {'), None),
        ("start_encode", ("-d", f"task_token={token}", "-d", "profiles=absent, too", "-d", "uri=http://h/a.mp4"), None),
        ("request_templates", ("-d", "api_key=wrong-key-wrong"), None),
        ("no_such_method", ("-d", f"task_token={token}"), None),
    )
    for method, arguments, number in cases:
        answer = curl(f"{api}/{method}", *arguments, "-w", "\n%{http_code}")
        body, _, status = answer.rpartition("\n")
        told = json.loads(body)
        assert (status, isinstance(told["error"], int), told["error"] > 0) == ("200", True, True), answer
        assert told["message"], method
        assert number in (None, told["error"]), told
    assert call(f"{api}/request_templates", "-d", f"api_key={KEY}")["error"] == 0
