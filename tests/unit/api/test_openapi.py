"""Is the document of the API true?"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

import jsonschema_rs
import pytest

from api_harness import Service
from filmstrip.api.app import _route_tables
from filmstrip.api.describing.document import openapi, operations
from filmstrip.api.describing.query_schema import query_schemas
from filmstrip.db.callback_records import ERROR, QUEUED, RESTART_FAILED, RESTARTED, SAVED, Callback
from filmstrip.outputs.registry import output_types
from filmstrip.wire.callbacks import callback_form


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({**schema, "components": openapi()["components"]})


def _answer(name: str) -> jsonschema_rs.Validator:
    schema = openapi()["paths"][f"/v1/{name}"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    return _validator(schema)


def test_every_method_is_described() -> None:
    """Each route below /v1/ is in the document, but for the document itself."""
    routes = {route.path for table in _route_tables() for route in table if hasattr(route, "path")}
    methods = {name for path in routes for name in re.findall(r"\{middle:/\+\}\{?(?:method:)?([\w.]+)", path)}
    described = {path.split("/")[2] for path in openapi()["paths"]}
    assert methods - described == {"openapi.json", "openapi.html"}
    assert {found.name for found in operations()} <= methods


async def test_the_document_and_the_page_are_sent(service: Service) -> None:
    """A program reads one, a person the other; the page fetches nothing and runs nothing."""
    response = await service.client.get("/v1/openapi.json")
    assert response.content_type == "application/json"
    assert (await response.json())["openapi"] == "3.1.0"
    page = await service.client.get("/v1/openapi.html")
    text = await page.text()
    assert page.content_type == "text/html"
    assert "<script" not in text
    assert not re.search(r"(?:src|href)=['\"](?!openapi\.json)", text)
    for name in ("start_encode2", "image_format", "callback_url", *output_types()):
        assert name in text


@pytest.mark.parametrize("event", [QUEUED, ERROR, RESTARTED, RESTART_FAILED, SAVED])
@pytest.mark.parametrize("tag", [None, "video-0-0-0"])
async def test_callbacks_are_as_described(service: Service, event: str, tag: str | None) -> None:
    """What a receiver is sent, and no field that is not told."""
    task = await service.new_task()
    now, detail = service.clock(), "0" * 32
    callback = Callback(1, "id", task, event, "h", now, now, now, 0, 0, tag=tag, user_tag=tag, detail=detail)
    sent = callback_form(callback, service.database.tasks.read_tasks([task])[task], "http://h").decode()
    form = {name: values[0] for name, values in parse_qs(sent, keep_blank_values=True, strict_parsing=True).items()}
    told = openapi()["paths"]["/v1/start_encode2"]["post"]["callbacks"]["event"]
    (called,) = told.values()
    schema = called["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert _validator({**schema, "unevaluatedProperties": False}).is_valid(form), form
    assert _validator({"$ref": "#/components/schemas/Task"}).is_valid(json.loads(form["status"]))


async def test_answers_are_as_described(service: Service) -> None:
    """What a whole conversation answers, failures included, meets the schemas."""
    task = await service.new_task()
    token = await service.new_token()
    calls: list[tuple[str, dict[str, str]]] = [
        ("access_token", {"api_key": service.api_key}),
        ("access_token", {"api_key": "short"}),
        ("create_task", {"token": token}),
        ("create_task", {"token": "0" * 32}),
        ("start_encode2", {"task_token": task, "query": '{"query": {"format": 5}}'}),
        ("status", {"task_tokens": f"{task},{'0' * 32}"}),
        ("start_encode2", {"task_token": task, "query": _QUERY}),
        ("status", {"task_tokens": task}),
        ("start_encode", {"task_token": task, "profiles": "a"}),
        ("request_templates", {"api_key": service.api_key}),
        ("tasks", {"api_key": service.api_key}),
    ]
    for name, fields in calls:
        answer = await service.post(name, **fields)
        assert not [error.message for error in _answer(name).iter_errors(answer)], (name, answer)


_QUERY = """{"query": {"source": "https://example.com/a.mp4", "upscale": "1", "format": [
  {"output": "mp4", "size": "320x240", "duration": "60", "video_codec_parameters": {"bf": "2"},
   "destination": {"url": "s3://s3.example.com/b/a.mp4", "key": "k", "secret": "s"}},
  {"output": "thumbnails", "interval": "10", "width": 160, "sprite": true}]}}"""


def test_queries_that_work_meet_their_schema() -> None:
    """Numbers as text and flags as numbers are allowed there as they are here."""
    import json

    errors = list(_validator({"$ref": "#/components/schemas/wrapped_query"}).iter_errors(json.loads(_QUERY)))
    assert not [error.message for error in errors]


@pytest.mark.parametrize("name", sorted(query_schemas()))
def test_every_schema_is_one(name: str) -> None:
    """Each schema can be used, and says nothing of the inside."""
    assert _validator({"$ref": f"#/components/schemas/{name}"}) is not None
    assert "pydantic" not in str(query_schemas()[name]).lower()
