"""What HTTP clients need of the server, whatever the method."""

import asyncio
import logging
from io import BytesIO

import pytest

from api_harness import Service
from filmstrip.api.settings import ApiSettings

MAX_BODY_BYTES = ApiSettings().max_body_bytes


@pytest.mark.parametrize(
    "path", ["/v1/access_token", "//v1/access_token", "///v1//access_token/", "/v1/access_token//"]
)
async def test_slashes_too_many_are_no_redirect(service: Service, path: str) -> None:
    """Clients send `//v1/status`: it is answered at once, as a redirect would lose the body."""
    url = f"http://{service.client.host}:{service.client.port}{path}"
    response = await service.client.session.post(url, data={"api_key": service.api_key}, allow_redirects=False)
    assert (await response.json())["error"] == 0


async def test_expect_continue_is_answered(service: Service) -> None:
    """.NET and curl wait for 100 before they send the body."""
    response = await service.client.post("/v1/access_token", data={"api_key": service.api_key}, expect100=True)
    assert (await response.json())["error"] == 0


async def test_every_origin_may_call(service: Service) -> None:
    """A page of any origin may preflight and call; the headers of ranges are visible to it."""
    preflight = await service.client.options("/v1/start_encode2", headers={"Origin": "https://page.example"})
    assert preflight.status == 204
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    answer = await service.client.post("/v1/status", headers={"Origin": "https://page.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in answer.headers["Access-Control-Expose-Headers"]


async def test_a_body_that_is_too_large_is_refused(service: Service) -> None:
    """A body above the limit is answered by 413 and a sentence, whatever its type, and the service goes on."""
    for content_type in ("application/x-www-form-urlencoded", "application/json"):
        body = BytesIO(b"task_tokens=" + b"a" * MAX_BODY_BYTES)
        response = await service.client.post("/v1/status", data=body, headers={"Content-Type": content_type})
        answer = await response.json()
        assert response.status == 413
        assert answer == {"error": 19, "message": f"The body is larger than {MAX_BODY_BYTES} bytes"}
    assert (await service.post("access_token", api_key=service.api_key))["error"] == 0


async def test_a_broken_multipart_body_is_refused(service: Service) -> None:
    """A multipart body without a boundary is answered with a sentence."""
    headers = {"Content-Type": "multipart/form-data"}
    response = await service.client.post("/v1/status", data=b"--x\r\n", headers=headers)
    assert (await response.json())["error"] == 19


@pytest.mark.parametrize(
    ("verb", "path", "problem"),
    [
        ("POST", "/v1/start_encode3", 'There is no API method "start_encode3" here'),
        ("POST", "//v1//upload_files/x", 'There is no API method "upload_files/x" here'),
        ("GET", "/v1", 'There is no API method "" here'),
        ("GET", "/v1/access_token", '"access_token" is called by POST, not by GET'),
    ],
)
async def test_an_unknown_api_method_is_an_answer(service: Service, verb: str, path: str, problem: str) -> None:
    """Official clients lose the message of every HTTP error, and try again for a minute: below /v1 there is none."""
    url = f"http://{service.client.host}:{service.client.port}{path}"
    response = await service.client.session.request(verb, url)
    assert response.status == 200
    assert await response.json() == {"error": 1, "message": problem}


async def test_what_is_not_there_is_not_there(service: Service) -> None:
    """Elsewhere, what is not there is an HTTP error, with JSON that says so."""
    response = await service.client.get("/v2/status")
    assert response.status == 404
    assert (await response.json())["error"] == 1


async def test_every_answer_has_the_id_of_its_request(service: Service) -> None:
    """A caller's own id is kept; one that could break a log line is replaced."""
    own = await service.client.get("/healthz", headers={"X-Request-Id": "trace-1"})
    forged = await service.client.get("/healthz", headers={"X-Request-Id": "a b"})
    assert own.headers["X-Request-Id"] == "trace-1"
    assert len(forged.headers["X-Request-Id"]) == 16


async def test_no_answer_tells_what_the_service_is_made_of(service: Service) -> None:
    """The versions of Python and of the web framework are nobody's business."""
    response = await service.client.get("/healthz")
    unexpected = await service.client.get("/healthz", headers={"Expect": "something"})
    assert (unexpected.status, unexpected.headers["Server"]) == (417, "filmstrip")
    assert response.headers["Server"] == "filmstrip"


async def test_the_process_is_alive_and_ready(service: Service) -> None:
    """While all parts work, both checks are good."""
    alive, ready = await asyncio.gather(service.client.get("/healthz"), service.client.get("/readyz"))
    assert (alive.status, ready.status) == (200, 200)
    assert await ready.json() == {"status": "ready", "checks": {"database": "ok"}}


async def test_a_part_that_does_not_work_is_named(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """When a part fails, the service is alive but not ready, and what it says holds nothing of the inside."""
    caplog.set_level(logging.CRITICAL)
    service.faults["database"] = RuntimeError("sqlite:////secret/path")
    ready = await service.client.get("/readyz")
    assert ready.status == 503
    assert await ready.json() == {"status": "not ready", "checks": {"database": "does not work"}}
    assert (await service.client.get("/healthz")).status == 200


class TestWithPublicUrl:
    """Behind a proxy the operator says under which address clients reach the service."""

    @pytest.fixture
    def public_url(self) -> str:
        return "https://video.example.com/"

    async def test_answers_name_the_public_address(self, service: Service) -> None:
        """All URLs in answers begin with the setting, not with the host of the request."""
        token = await service.new_token()
        task = await service.post("create_task", token=token)
        assert task["upload_url"] == "https://video.example.com/v1/upload_file"
        status = await service.post("status", task_tokens=task["task_token"])
        assert status["statuses"][task["task_token"]]["status_url"] == "https://video.example.com/v1/status"
