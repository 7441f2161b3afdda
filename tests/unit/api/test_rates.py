"""How many requests are answered, and what keys may be used for."""

import asyncio
import io

import pytest

from api_harness import Service
from filmstrip.api.errors import TooManyRequestsError
from filmstrip.api.rates import Rates
from filmstrip.api.settings import ApiSettings
from filmstrip.domain.scope import Scope


@pytest.fixture
def api_settings() -> ApiSettings:
    return ApiSettings(requests_per_address="8/minute", requests_per_key="3/minute")


async def test_requests_of_an_address_are_counted_before_they_are_read(service: Service) -> None:
    """What is too much is refused with code 8 and the seconds to wait, whatever the request holds."""
    for _ in range(8):
        assert (await service.post("status"))["error"] == 13
    answer = await service.post("status")
    assert answer["error"] == 8
    assert 1 <= answer["retry_after"] <= 60
    assert answer["message"] == (
        "Too many requests of the address 127.0.0.1: at most 8 per minute are answered; "
        f"try again in {answer['retry_after']} seconds"
    )
    unfinished = await service.client.post(
        "/v1/nothing", data=io.BytesIO(b"{" * 2_000_000)
    )  # more than any body may have
    assert (await unfinished.json())["error"] == 8
    assert unfinished.headers["Retry-After"] == str((await unfinished.json())["retry_after"])


async def test_uploads_downloads_and_probes_are_not_counted(service: Service) -> None:
    """A film is sent in thousands of requests, and a page shows hundreds of pictures."""
    (service.folder / "a.vtt").write_text("WEBVTT")
    for _ in range(9):
        assert (await service.client.get("/healthz")).status == 200
        unknown = f"/v1/upload_file/{'0' * 32}/{'0' * 32}"
        assert (await service.client.head(unknown, headers={"Tus-Resumable": "1.0.0"})).status == 404
        assert (await service.client.get("/storage/a.vtt")).status == 200
    assert (await service.post("status"))["error"] == 13


async def test_requests_of_a_key_are_counted_wherever_they_name_it(service: Service) -> None:
    """A key counts by itself, by its sessions and by its tasks; the status of a task can be asked for as before."""
    task = await service.new_task()
    assert (await service.post("start_encode2", task_token=task, query="{}"))["error"] == 19
    refused = await service.post("start_encode2", task_token=task, query="{}")
    assert (refused["error"], refused["message"][:33]) == (8, "Too many requests of this API key")
    assert (await service.post("access_token", api_key=service.api_key))["error"] == 8
    assert (await service.post("status", task_tokens=task))["error"] == 0
    other = service.database.keys.create_key("other")[1]
    assert (await service.post("access_token", api_key=other))["error"] == 0


async def test_requests_for_a_status_are_counted_by_key_apart(service: Service) -> None:
    """From however many addresses they come; neither do they use up what the key may submit, nor another key's."""
    task = await service.new_task()
    other = service.database.tasks.create_task(service.database.keys.create_key("other")[0].id)
    for _ in range(3):
        assert (await service.post("status", task_tokens=task))["error"] == 0
    refused = await service.post("status", task_tokens=f"{task},{other}")
    assert (refused["error"], refused["retry_after"] >= 1) == (8, True)
    assert refused["message"].startswith(
        "Too many requests of the status of this API key's tasks: at most 3 per minute"
    )
    assert (await service.post("status", task_tokens=other))["error"] == 0
    assert (await service.post("access_token", api_key=service.api_key))["error"] == 0


async def test_a_limit_is_over_when_it_says_so() -> None:
    """Whoever waits as long as told is answered again."""
    rates = Rates("none", "2/second")
    rates.count_key(1)
    rates.count_key(1)
    with pytest.raises(TooManyRequestsError) as caught:
        rates.count_key(1)
    rates.count_key(2)
    assert caught.value.retry_after_seconds == 1
    await asyncio.sleep(caught.value.retry_after_seconds)
    rates.count_key(1)
    for _ in range(1000):
        rates.count_address("192.0.2.1")  # no limit is set


def test_a_flood_of_addresses_takes_no_more_room() -> None:
    """As many addresses as one likes are counted in as many places as there are."""
    rates = Rates("1000000/minute", "none")
    for number in range(20_000):
        rates.count_address(f"2001:db8:{number:x}::/64")
    assert len(rates._limiter.storage.storage) <= 2 * 8192


async def test_a_key_without_the_scope_is_refused(service: Service) -> None:
    """A key that may only read opens a session, and the session creates no task."""
    reader = service.database.keys.create_key("reader", [Scope.READ])[1]
    token = (await service.post("access_token", api_key=reader))["token"]
    assert await service.post("create_task", token=token) == {
        "error": 2,
        "message": 'The API key "reader" has no scope submit (it has: read): use another key',
    }
