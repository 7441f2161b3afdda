"""Handing out what outputs without a destination made."""

import pytest

from api_harness import Service


@pytest.fixture(autouse=True)
def stored(service: Service) -> None:
    (service.folder / "a b.vtt").write_bytes(b"0123456789")


async def test_a_file_is_served_to_every_page(service: Service) -> None:
    """A stored file comes with its type, for every origin, and no browser takes it for a page."""
    response = await service.client.get("/storage/a%20b.vtt")
    assert await response.read() == b"0123456789"
    assert response.content_type == "text/vtt"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox")


async def test_ranges_are_served(service: Service) -> None:
    """Players seek by ranges (RFC 9110, 14)."""
    part = await service.client.get("/storage/a%20b.vtt", headers={"Range": "bytes=2-4"})
    assert (part.status, await part.read(), part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    beyond = await service.client.get("/storage/a%20b.vtt", headers={"Range": "bytes=20-"})
    assert beyond.status == 416


async def test_head_tells_the_length(service: Service) -> None:
    """HEAD gives the same headers and no body."""
    response = await service.client.head("/storage/a%20b.vtt")
    assert (response.status, response.headers["Content-Length"]) == (200, "10")


@pytest.mark.parametrize("path", ["/storage/none", "/storage/"])
async def test_what_is_not_stored_is_not_found(service: Service, path: str) -> None:
    """An unknown key is 404."""
    assert (await service.client.get(path)).status == 404
