"""From an API key to a session, and from a session to a task."""

import re

import pytest

from api_harness import Service

HEX = re.compile(r"[0-9a-f]{32}")


async def test_a_key_opens_a_session_of_24_hours(service: Service) -> None:
    """The answer has a token of 32 hexadecimal digits and its end in the one form that Java reads."""
    answer = await service.post("access_token", api_key=service.api_key)
    assert answer["error"] == 0
    assert HEX.fullmatch(answer["token"])
    assert answer["expire"] == "2031-05-03T10:00:00"


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({}, 14, "The field api_key is required"),
        ({"api_key": " "}, 14, "The field api_key is required"),
        ({"api_key": "short"}, 2, "API key is not valid"),
        ({"api_key": "twelve or more"}, 2, "API key is not valid"),
        ({"api_key": "x" * 129}, 2, "API key is not valid"),
        ({"api_key": "0123456789abc"}, 3, "API key not found"),
    ],
)
async def test_a_wrong_key_is_refused(service: Service, fields: dict[str, str], code: int, message: str) -> None:
    """A missing, malformed and unknown key have their own codes, and none is repeated in the answer."""
    assert await service.post("access_token", **fields) == {"error": code, "message": message}


async def test_a_revoked_key_is_not_found(service: Service) -> None:
    """A revoked key opens no session, and its sessions open no task."""
    token = await service.new_token()
    service.database.keys.revoke_key("test")
    assert (await service.post("access_token", api_key=service.api_key))["error"] == 3
    assert (await service.post("create_task", token=token))["error"] == 5


@pytest.mark.parametrize("method", ["create_task", "create_token"])
async def test_a_session_creates_tasks(service: Service, method: str) -> None:
    """Both names of the method give a new task and the address of uploads without a trailing slash."""
    token = await service.new_token()
    answers = [await service.post(method, token=token) for _ in range(2)]
    assert len({answer["task_token"] for answer in answers}) == 2
    assert all(HEX.fullmatch(answer["task_token"]) for answer in answers)
    assert answers[0]["upload_url"] == str(service.client.make_url("/v1/upload_file"))


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({}, 14, "The field token is required"),
        ({"token": "abc"}, 4, "Token is not valid"),
        ({"token": "A" * 32}, 4, "Token is not valid"),
        ({"token": "a" * 32}, 5, "Token not found"),
    ],
)
async def test_a_wrong_session_is_refused(service: Service, fields: dict[str, str], code: int, message: str) -> None:
    """The Node client logs in again when it reads exactly "Token not found"."""
    assert await service.post("create_task", **fields) == {"error": code, "message": message}


async def test_a_session_ends(service: Service) -> None:
    """A session is good for 24 hours and not longer."""
    token = await service.new_token()
    service.clock.advance(hours=23, minutes=59)
    assert (await service.post("create_task", token=token))["error"] == 0
    service.clock.advance(minutes=1)
    assert await service.post("create_task", token=token) == {"error": 5, "message": "Token not found"}
