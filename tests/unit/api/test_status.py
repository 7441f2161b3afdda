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


async def test_an_unknown_task_has_failed(service: Service) -> None:
    """Every asked token is in the answer, with the same members: of null, the Node client would ask for ever."""
    token = await service.new_task()
    statuses = (await service.post("status", task_tokens=f"{UNKNOWN},{token}"))["statuses"]
    assert list(statuses) == [UNKNOWN, token]
    unknown = statuses[UNKNOWN]
    assert (unknown["status"], unknown["error"], unknown["error_description"]) == ("completed", 1, "Unknown task")
    assert [unknown[name] for name in ("images", "videos", "audios", "texts", "warnings")] == [[]] * 5
    assert unknown.keys() == statuses[token].keys()


async def test_get_answers_too(service: Service) -> None:
    """The status can be had by GET, with the tokens in the URL."""
    response = await service.client.get("/v1/status", params={"task_tokens": UNKNOWN})
    assert (await response.json())["statuses"][UNKNOWN]["error_description"] == "Unknown task"


async def test_a_refused_query_is_told_until_there_is_a_better_one(service: Service) -> None:
    """Clients that ask until a task is completed end, with the reason; its token still takes a better query."""
    token = await service.new_task()
    bad = await service.post("start_encode2", task_token=token, query='{"query": {"source": "x", "format": []}}')
    for _ in range(2):
        status = (await service.post("status", task_tokens=token))["statuses"][token]
        assert (status["status"], status["error"]) == ("completed", 1)
        assert status["error_description"] == bad["message"]
        assert status["videos"] == []
    good = '{"query": {"source": "http://h/v.mp4", "format": {"output": "mp4"}}}'
    assert (await service.post("start_encode2", task_token=token, query=good))["error"] == 0
    status = (await service.post("status", task_tokens=token))["statuses"][token]
    assert (status["status"], status["error"], status["error_description"]) == ("downloading", 0, None)


async def test_a_refusal_is_not_told_at_any_length(service: Service) -> None:
    """A query of a thousand mistakes is shown by its first ones."""
    token = await service.new_task()
    formats = ", ".join(['{"output": "mp4", "width": "wide"}'] * 90)
    query = f'{{"query": {{"source": "http://h/v.mp4", "format": [{formats}]}}}}'
    await service.post("start_encode2", task_token=token, query=query)
    status = (await service.post("status", task_tokens=token))["statuses"][token]
    assert len(status["error_description"]) == 2001


@pytest.mark.parametrize("fields", [{}, {"task_tokens": "nonsense"}])
async def test_a_malformed_list_has_code_13(service: Service, fields: dict[str, str]) -> None:
    """The Python client raises ValueError on code 13."""
    answer = await service.post("status", **fields)
    assert answer["error"] == 13
    assert answer["message"].startswith("task_tokens is not valid")
