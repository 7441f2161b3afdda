"""Who may cancel which task, and what it is answered?"""

from typing import Any

import pytest

from api_harness import Service
from filmstrip.domain.scope import Scope


async def started(service: Service) -> str:
    token = await service.new_task()
    query = '{"query": {"source": "https://example.com/a.mp4", "format": {"output": "thumbnails", "width": 160}}}'
    assert (await service.post("start_encode2", task_token=token, query=query))["error"] == 0
    return token


@pytest.mark.parametrize("by", ["token", "api_key"])
async def test_the_owner_cancels(service: Service, by: str) -> None:
    """By a session or by the key itself; the status says so; twice is as good as once."""
    token = await started(service)
    who = {by: await service.new_token() if by == "token" else service.api_key}
    for _ in range(2):
        answer = await service.post("cancel_task", task_token=token, **who)
        assert answer == {"error": 0, "task_token": token, "cancelled": 1, "removed": 1}
    status = (await service.post("status", task_tokens=token))["statuses"][token]
    shown = {name: status[name] for name in ("status", "error", "error_description", "cancelled")}
    assert shown == {"status": "completed", "error": 1, "error_description": "Cancelled", "cancelled": 1}
    (listed,) = (await service.post("tasks", api_key=service.api_key))["tasks"]
    assert listed["cancelled"] == 1


async def test_a_task_that_waits_for_its_query(service: Service) -> None:
    """It cannot be started any more."""
    token = await service.new_task()
    assert (await service.post("cancel_task", task_token=token, api_key=service.api_key))["error"] == 0
    query = '{"query": {"source": "https://example.com/a.mp4", "format": {"output": "thumbnails", "width": 160}}}'
    assert (await service.post("start_encode2", task_token=token, query=query))["error"] == 5


async def test_a_task_that_has_ended(service: Service) -> None:
    """It is told so, and stays as it is."""
    token = await started(service)
    service.database.tasks.finish_task(token, None)
    answer = await service.post("cancel_task", task_token=token, api_key=service.api_key)
    assert answer == {"error": 19, "message": "The task has ended already: there is nothing to cancel"}
    assert "cancelled" not in (await service.post("status", task_tokens=token))["statuses"][token]


async def test_other_keys(service: Service) -> None:
    """Another key learns nothing of the task, one that may only read may not, and the operator's may."""
    token = await started(service)
    keys = {
        scope: service.database.keys.create_key(scope, [scope])[1] for scope in (Scope.SUBMIT, Scope.READ, Scope.ADMIN)
    }
    answers = {scope: await service.post("cancel_task", task_token=token, api_key=key) for scope, key in keys.items()}
    assert answers[Scope.SUBMIT] == {"error": 5, "message": "Token not found"}
    assert answers[Scope.READ]["error"] == 2
    assert answers[Scope.ADMIN]["error"] == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 14),
        ({"task_token": "x"}, 4),
        ({"task_token": "a" * 32}, 14),
        ({"task_token": "a" * 32, "token": "b" * 32}, 5),
        ({"task_token": "a" * 32, "token": "b\x00"}, 4),
        ({"task_token": "9" * 4_000}, 4),
    ],
)
async def test_a_wrong_request(service: Service, fields: dict[str, Any], code: int) -> None:
    """It is told what it lacks."""
    assert (await service.post("cancel_task", **fields))["error"] == code


async def test_no_such_task(service: Service) -> None:
    """As everywhere."""
    answer = await service.post("cancel_task", task_token="a" * 32, api_key=service.api_key)
    assert answer == {"error": 5, "message": "Token not found"}
    assert service.runner.cancelled == []
