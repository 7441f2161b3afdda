"""Starting a task, in each of the forms that clients send."""

import json
from fractions import Fraction

import pytest
from aiohttp import FormData

from api_harness import Service
from filmstrip.domain.errors import DiskFullError

QUERY = {
    "source": "http://media.local/source.mp4",
    "format": [{"output": "thumbnails", "interval": "2.5", "destination": "", "file": {}}],
}
TEXT = json.dumps({"query": QUERY})


async def test_a_query_starts_the_task(service: Service) -> None:
    """A good query reaches the engine parsed, with the payload, and the answer names where to ask for its status."""
    token = await service.new_task()
    answer = await service.post("start_encode2", task_token=token, query=TEXT, payload="mine")
    assert answer == {"error": 0, "status_url": str(service.client.make_url("/v1/status"))}
    ((submitted, query, payload),) = service.runner.submitted
    assert (submitted, payload, query.source) == (token, "mine", QUERY["source"])
    assert Fraction(query.formats[0].model_dump()["interval"]) == Fraction("2.5")
    assert [str(warned.message) for warned in query.warnings] == ["format[0].file is not known here and was ignored"]


async def test_curl_as_the_documentation_prints_it(service: Service) -> None:
    """JSON that nobody encoded arrives whole, with its ampersands and plus signs."""
    query = {**QUERY, "source": "http://media.local/a.mp4?x=1&y=a+b%20c"}
    body = f"task_token={await service.new_task()}&query={json.dumps({'query': query}, indent=2)}"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await service.client.post("/v1/start_encode2", data=body, headers=headers)
    assert (await response.json())["error"] == 0
    assert service.runner.submitted[0][1].source == query["source"]


async def test_browsers_send_multipart_forms(service: Service) -> None:
    """A multipart form is as good as any other."""
    form = FormData({"task_token": await service.new_task(), "query": TEXT})
    form.add_field("junk", b"\xff\x00", filename="junk.bin")
    response = await service.client.post("/v1/start_encode2", data=form)
    assert (await response.json())["error"] == 0
    assert len(service.runner.submitted) == 1


async def test_json_bodies_are_accepted(service: Service) -> None:
    """A JSON body may hold the query as an object."""
    body = {"task_token": await service.new_task(), "query": {"query": QUERY}, "payload": 7}
    response = await service.client.post("/v1/start_encode2", json=body)
    assert (await response.json())["error"] == 0
    assert service.runner.submitted[0][2] == "7"


async def test_a_payload_may_stand_beside_the_query(service: Service) -> None:
    """A payload inside the wrapper counts where the form has none."""
    text = json.dumps({"query": QUERY, "payload": {"id": 1}})
    await service.post("start_encode2", task_token=await service.new_task(), query=text)
    assert service.runner.submitted[0][2] == '{"id": 1}'


async def test_every_mistake_of_a_query_is_told(service: Service) -> None:
    """All mistakes come at once, in the message and as a list, and the token stays usable."""
    token = await service.new_task()
    bad = {"format": [{"output": "thumbnails", "interval": "abc", "width": -1}, {"output": "nonsense"}]}
    answer = await service.post("start_encode2", task_token=token, query=json.dumps({"query": bad}))
    assert answer["error"] == 19
    fields = {mistake["field"] for mistake in answer["mistakes"]}
    assert fields == {"source", "format[0].width", "format[0].interval", "format[1].output"}
    assert all(f"{mistake['field']}: {mistake['problem']}" in answer["message"] for mistake in answer["mistakes"])
    assert (await service.post("start_encode2", task_token=token, query=TEXT))["error"] == 0


@pytest.mark.parametrize("text", ["{", '{"query": {"source": ', "[]", '{"source": "http://h/a.mp4"}', '{"query": "x"}'])
async def test_malformed_json_leaves_the_token_usable(service: Service, text: str) -> None:
    """A text that is no wrapped query is refused with code 19, and the same token starts with a good one."""
    token = await service.new_task()
    answer = await service.post("start_encode2", task_token=token, query=text)
    assert answer["error"] == 19
    assert answer["message"].startswith("query: is not")
    assert (await service.post("start_encode2", task_token=token, query=TEXT))["error"] == 0


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"task_token": ""}, 14, "The field task_token is required"),
        ({"query": ""}, 14, "The field query is required"),
        ({"task_token": "xyz"}, 4, "Token is not valid"),
        ({"task_token": "a" * 32}, 5, "Token not found"),
        ({"payload": "x" * 1001}, 9, "Payload is too long: 1001 characters, at most 1000 are allowed"),
    ],
)
async def test_what_is_missing_or_wrong_is_named(
    service: Service, change: dict[str, str], code: int, message: str
) -> None:
    """Each field that is missing or wrong has its code and its sentence."""
    fields = {"task_token": await service.new_task(), "query": TEXT} | change
    assert await service.post("start_encode2", **fields) == {"error": code, "message": message}


async def test_a_token_starts_once(service: Service) -> None:
    """A second start on the same token is refused as if there were no such token."""
    token = await service.new_task()
    await service.post("start_encode2", task_token=token, query=TEXT, payload="x" * 1000)
    answer = await service.post("start_encode2", task_token=token, query=TEXT)
    assert answer == {"error": 5, "message": "Token not found"}


async def test_a_full_disk_is_told(service: Service) -> None:
    """When the service cannot write the task down, the answer says so."""
    service.runner.failure = DiskFullError("The disk with the database is full")
    answer = await service.post("start_encode2", task_token=await service.new_task(), query=TEXT)
    assert answer == {"error": 1, "message": "The disk with the database is full"}


async def test_an_unexpected_failure_tells_nothing_of_itself(service: Service) -> None:
    """A defect of ours answers with code 1 and a sentence that holds nothing of the inside."""
    service.runner.failure = RuntimeError("s3://KEY:SECRET@host/ in a variable")
    answer = await service.post("start_encode2", task_token=await service.new_task(), query=TEXT)
    assert answer == {"error": 1, "message": "Internal server error"}
