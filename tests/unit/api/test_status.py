"""Asking for the status of tasks."""

import pytest

from api_harness import Service

UNKNOWN = "0" * 32


async def test_a_new_task_is_created(service: Service) -> None:
    """A task that is not started is known, with the address to ask next time."""
    token = await service.new_task()
    answer = await service.post("status", task_tokens=token)
    assert answer["error"] == 0
    assert list(answer["statuses"]) == [token]
    assert answer["statuses"][token]["status"] == "created"
    assert answer["statuses"][token]["status_url"] == str(service.client.make_url("/v1/status"))


async def test_an_unknown_task_is_null(service: Service) -> None:
    """Every asked token is in the answer; one that nobody knows is null."""
    token = await service.new_task()
    statuses = (await service.post("status", task_tokens=f"{UNKNOWN},{token}"))["statuses"]
    assert list(statuses) == [UNKNOWN, token]
    assert statuses[UNKNOWN] is None


async def test_get_answers_too(service: Service) -> None:
    """The status can be had by GET, with the tokens in the URL."""
    response = await service.client.get("/v1/status", params={"task_tokens": UNKNOWN})
    assert await response.json() == {"error": 0, "statuses": {UNKNOWN: None}}


@pytest.mark.parametrize("fields", [{}, {"task_tokens": "nonsense"}])
async def test_a_malformed_list_has_code_13(service: Service, fields: dict[str, str]) -> None:
    """The Python client raises ValueError on code 13."""
    answer = await service.post("status", **fields)
    assert answer["error"] == 13
    assert answer["message"].startswith("task_tokens is not valid")
