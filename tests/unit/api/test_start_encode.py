"""Tasks of stored profiles, and lists of both."""

import json
from typing import Any

import pytest

from api_harness import Service
from filmstrip.db.profile_records import ProfileKind, StoredProfile
from filmstrip.domain.errors import QueryError
from filmstrip.domain.scope import Scope
from filmstrip.service.stored_profiles import keep

_WEB = {
    "format": [
        {"output": "mp4", "height": 240, "destination": {"url": "films/{name}/{uuid}.mp4"}},
        {
            "output": "thumbnails",
            "interval": 5,
            "destination": {"url": "s3://host.example/pictures/{name}", "key": "k", "secret": "hidden-1"},
        },
    ]
}
_METHOD = {"url": "s3://host.example/bucket/folder", "key": "k", "secret": "hidden-2"}


def _keep(service: Service, identity: str, document: Any, kind: ProfileKind = ProfileKind.PROFILE, **more: Any) -> None:
    keep(service.database, StoredProfile(kind, identity, json.dumps(document), **more))


@pytest.fixture
async def filled(service: Service) -> Service:
    _keep(service, "5a5db6fa5b4c5", _WEB, name="For the web")
    _keep(service, "5a5db6fa5b8ac", {"query": {"format": {"output": "mp3"}}})
    _keep(service, "5acf8d6dd8c0d", _METHOD, ProfileKind.TRANSFER_METHOD)
    return service


async def _start(service: Service, **fields: str) -> dict[str, Any]:
    usual = {"task_token": await service.new_task(), "profiles": "5a5db6fa5b4c5", "uri": "https://example.com/a.mp4"}
    return await service.post("start_encode", **(usual | fields))


async def test_a_task_is_started_with_profiles(filled: Service) -> None:
    """As the official clients send it: profiles, a source, a transfer method, values and a payload."""
    answer = await _start(
        filled,
        profiles="5a5db6fa5b4c5, 5a5db6fa5b8ac",
        transfer_method="5acf8d6dd8c0d",
        output_path_variables='{"name": "autumn"}',
        payload="mine",
        start_time="1.5000",
        duration="2",
    )
    assert answer == {"error": 0, "status_url": str(filled.client.make_url("/v1/status"))}
    _token, query, payload = filled.runner.submitted[0]
    assert (query.source, payload) == ("https://example.com/a.mp4", "mine")
    video, pictures, sound = query.formats
    assert video.destination[0].url.startswith("s3://host.example/bucket/folder/films/autumn/")
    assert video.destination[0].secret.get_secret_value() == "hidden-2"
    assert pictures.destination[0].url == "s3://host.example/pictures/autumn"
    assert (video.start_time, sound.duration) == (1.5, 2)
    assert not any("start_time" in warned.message for warned in query.warnings)


async def test_fields_of_time_reach_start_encode2(service: Service) -> None:
    """The Java client sends its task's clip beside the query."""
    task = await service.new_task()
    entries = [{"output": "mp4"}, {"output": "mp4", "start_time": 3}]
    query = json.dumps({"query": {"source": "https://example.com/a.mp4", "format": entries}})
    answer = await service.post("start_encode2", task_token=task, query=query, start_time="1.5000", duration="2")
    assert answer["error"] == 0
    formats = service.runner.submitted[0][1].formats
    assert [(entry.start_time, entry.duration) for entry in formats] == [(1.5, 2), (3, 2)]


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"profiles": ""}, 14, "The field profiles is required"),
        ({"profiles": ", ,"}, 11, "profiles: 0 are named, not 1 to 100"),
        ({"profiles": "a b"}, 11, 'profiles: "a b" is not 1 to 64 letters, digits'),
        ({"profiles": "unknown"}, 12, 'profiles: there is no "unknown" for this API key'),
        ({"transfer_method": "unknown"}, 12, 'transfer_method: there is no "unknown" for this API key'),
        ({"transfer_method": "a/b"}, 11, 'transfer_method: "a/b" is not 1 to 64'),
        ({"uri": ""}, 14, "The field uri is required"),
        ({"output_path_variables": "5"}, 19, "output_path_variables: is not a JSON object"),
        ({"subtitles": "{"}, 19, "subtitles: is not JSON"),
        ({"stitch": "["}, 19, "stitch: is not JSON"),
        ({}, 19, "transfer_method, below which it lies"),
    ],
)
async def test_what_cannot_be_started_is_said(filled: Service, fields: dict[str, str], code: int, message: str) -> None:
    """Each mistake has its code and its sentence; the status says it as well, and the token stays good."""
    answer = await _start(filled, **fields)
    assert answer["error"] == code
    assert message in answer["message"]
    assert filled.runner.submitted == []
    assert "hidden" not in json.dumps(answer)


async def test_the_status_says_why_a_task_was_not_started(filled: Service) -> None:
    """Official clients ask for the status until it is completed, also when there is no such profile."""
    task = await filled.new_task()
    await _start(filled, task_token=task, profiles="unknown")
    status = (await filled.post("status", task_tokens=task))["statuses"][task]
    assert (status["status"], status["error"]) == ("completed", 1)
    assert status["error_description"] == 'profiles: there is no "unknown" for this API key'


async def test_a_profile_is_for_the_keys_that_it_names(filled: Service) -> None:
    """A profile of other keys is as unknown as one that does not exist."""
    filled.database.keys.create_key("other")
    _keep(filled, "theirs", {"format": {"output": "mp3"}}, key_names=("other",))
    assert (await _start(filled, profiles="theirs"))["error"] == 12
    listed = (await filled.post("request_templates", api_key=filled.api_key))["templates"]
    assert [each["template_id"] for each in listed] == ["5a5db6fa5b4c5", "5a5db6fa5b8ac"]


async def test_templates_are_listed_without_secrets(filled: Service) -> None:
    """A client sees what it may name, and may send it as a query of its own."""
    answer = await filled.post("request_templates", api_key=filled.api_key)
    assert (answer["error"], answer["success"]) == (0, True)
    assert [each["name"] for each in answer["templates"]] == ["For the web", "5a5db6fa5b8ac"]
    assert json.loads(answer["templates"][0]["query"])["query"]["format"][0] == _WEB["format"][0]
    assert "hidden" not in json.dumps(answer)
    submitter = filled.database.keys.create_key("submitter", [Scope.SUBMIT])[1]
    assert (await filled.post("request_templates", api_key=submitter))["error"] == 2


async def test_a_raw_list_of_sources_is_read(filled: Service) -> None:
    """The PHP client sends `stitch` without percent-encoding; an & in a URL does not cut it."""
    task = await filled.new_task()
    body = f'task_token={task}&profiles=5a5db6fa5b8ac&stitch=["https://a.example/?x=1&y=2"]&output_path_variables={{}}'
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await (await filled.client.post("/v1/start_encode", data=body, headers=head)).json()
    assert answer["error"] == 0
    (item,) = filled.runner.submitted[0][1].stitch
    assert item.url == "https://a.example/?x=1&y=2"


@pytest.mark.parametrize(
    ("kind", "document", "field"),
    [
        (ProfileKind.PROFILE, {"format": {"output": "mp4", "width": -1}}, "format[0].width"),
        (ProfileKind.PROFILE, {"format": {"output": "nothing"}}, "format[0].output"),
        (ProfileKind.PROFILE, {"format": {"output": "mp4", "destination": "s3://host"}}, "format[0].destination"),
        (ProfileKind.TRANSFER_METHOD, {"url": "gopher://host/a"}, "url"),
        (ProfileKind.TRANSFER_METHOD, {"url": "s3://host/b/c", "key": "a\nb"}, "key"),
        (ProfileKind.TRANSFER_METHOD, 5, "transfer_method"),
    ],
)
async def test_what_cannot_be_used_is_not_kept(service: Service, kind: ProfileKind, document: Any, field: str) -> None:
    """The operator hears of mistakes when the profile is kept, not his clients when they name it."""
    with pytest.raises(QueryError) as caught:
        _keep(service, "new", document, kind)
    assert caught.value.mistakes[0].field.startswith(field)
    assert service.database.profiles.read(kind) == {}


async def test_profiles_are_found_again_and_removed(filled: Service) -> None:
    """An identity is there once; kept texts are not on the disk in plain."""
    with pytest.raises(ValueError, match="'5a5db6fa5b4c5' is there already"):
        _keep(filled, "5a5db6fa5b4c5", _WEB)
    with pytest.raises(ValueError, match="no API key in use is named 'nobody'"):
        _keep(filled, "new", _WEB, key_names=("nobody",))
    rows = filled.database._transactions.backend.engine.raw_connection().execute("SELECT text FROM profile").fetchall()
    assert rows
    assert not any(b"hidden" in text for (text,) in rows)
    assert filled.database.profiles.remove(ProfileKind.PROFILE, "5a5db6fa5b4c5")
    assert not filled.database.profiles.remove(ProfileKind.PROFILE, "5a5db6fa5b4c5")
    assert (await _start(filled))["error"] == 12


async def test_tasks_are_listed_by_key(service: Service) -> None:
    """A key lists its own tasks, newest first; with the scope admin it lists all."""
    tasks = []
    for _ in range(3):
        service.clock.advance(hours=12)
        tasks.append(service.database.tasks.create_task(1))
    foreign = service.database.tasks.create_task(service.database.keys.create_key("other")[0].id)
    answer = await service.post("tasks", api_key=service.api_key)
    assert [each["task_token"] for each in answer["tasks"]] == tasks[::-1]
    assert (answer["total"], answer["limit"], answer["offset"]) == (3, 100, 0)
    assert answer["tasks"][0]["created"] == "2031-05-03T22:00:00"
    assert answer["tasks"][0]["api_key"] == "test"
    admin = service.database.keys.create_key("admin", [Scope.ADMIN])[1]
    session = (await service.post("access_token", api_key=admin))["token"]
    assert foreign in [each["task_token"] for each in (await service.post("tasks", access_token=session))["tasks"]]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"start_date": "2031-05-03"}, [2, 1]),
        ({"end_date": "2031-05-02"}, [0]),
        ({"start_date": "2031-05-03 10:00:01", "end_date": "2031-05-03"}, [2]),
        ({"sort": "date:asc", "limit": "2"}, [0, 1]),
        ({"offset": "1"}, [1, 0]),
        ({"status": "created"}, [2, 1, 0]),
        ({"status": "completed"}, []),
        ({"project_name": "anything"}, [2, 1, 0]),
    ],
)
async def test_lists_are_cut_as_asked(service: Service, fields: dict[str, str], found: list[int]) -> None:
    """By days, states and pages."""
    tasks = []
    for _ in range(3):
        service.clock.advance(hours=12)
        tasks.append(service.database.tasks.create_task(1))
    answer = await service.post("tasks", api_key=service.api_key, **fields)
    assert [tasks.index(each["task_token"]) for each in answer["tasks"]] == found


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            {"start_date": "yesterday"},
            'start_date: "yesterday" is not a date such as 2031-05-02 or 2031-05-02 10:00:00',
        ),
        ({"limit": "101"}, 'limit: "101" is not a whole number from 1 to 100'),
        ({"limit": "9" * 5000}, "is not a whole number from 1 to 100"),
        ({"offset": "-1"}, 'offset: "-1" is not a whole number from 0 to 1000000000'),
        ({"status": "done"}, 'status: "done" is not one of created, downloading, queued, encoding, saving, completed'),
        ({"sort": "name"}, 'sort: "name" is not one of date:desc, date:asc'),
    ],
)
async def test_a_list_that_cannot_be_made_is_refused(service: Service, fields: dict[str, str], problem: str) -> None:
    """Each field says what it may be."""
    answer = await service.post("tasks", api_key=service.api_key, **fields)
    assert answer["error"] == 19
    assert problem in answer["message"]


async def test_a_list_needs_a_key(service: Service) -> None:
    """Without a key or a session nothing is listed, and not without the scope."""
    assert (await service.post("tasks"))["error"] == 14
    assert (await service.post("tasks", access_token="0" * 32))["error"] == 5
    submitter = service.database.keys.create_key("submitter", [Scope.SUBMIT])[1]
    assert (await service.post("tasks", api_key=submitter))["error"] == 2
