"""GET /storage/…: what lies in the operator's bucket is handed out as what lies on the disk."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from cutting_relay import running_cutting_relay
from filmstrip.api.parts import PARTS, FindObject, Parts
from filmstrip.api.stored_objects import add_threads
from filmstrip.api.temporary_files import routes
from filmstrip.storage.own.serving import TemporaryObjects
from filmstrip.storage.own.temporary import open_temporary
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.seaweedfs import S3Server
from store_cases import own_bucket

CONTENT = bytes(range(250)) * 4
NOW = datetime.now(UTC)

Client = TestClient[web.Request, web.Application]


def _app(find: FindObject) -> web.Application:
    app = web.Application()
    app[PARTS] = Parts(*[None] * 3, find)  # type: ignore[arg-type]  # nothing else is used
    add_threads(app)
    app.add_routes(routes)
    return app


@asynccontextmanager
async def _serving(settings: StorageSettings, content: bytes = CONTENT) -> AsyncIterator[tuple[Client, str]]:
    store = open_temporary(settings, "token", 0, NOW)
    await asyncio.to_thread(store.put, "film.mp4", content, "video/mp4")
    objects = TemporaryObjects(settings)
    async with TestClient(TestServer(_app(lambda key: objects.find(key, NOW)))) as client:
        yield client, f"/storage/{store.locate('film.mp4').key}"


@pytest.fixture
def in_bucket(tmp_path: Path, seaweedfs: S3Server) -> StorageSettings:
    return StorageSettings(tmp_path, **own_bucket(seaweedfs))


def _with(name: str, value: str) -> Callable[[Mapping[str, str]], dict[str, str]]:
    """Ask with a header, in whose value what an earlier answer said is filled in."""
    return lambda known: {name: value.format_map(known)}


_REQUESTS = {
    "whole": lambda _known: {},
    "from": _with("Range", "bytes=990-"),
    "within": _with("Range", "bytes=2-4"),
    "all of it": _with("Range", "bytes=0-"),
    "the end": _with("Range", "bytes=-5"),
    "more than there is": _with("Range", "bytes=990-5000"),
    "behind the end": _with("Range", "bytes=1000-"),
    "backwards": _with("Range", "bytes=5-2"),
    "known": _with("If-None-Match", "{ETag}"),
    "any known": _with("If-None-Match", "*"),
    "another known": _with("If-None-Match", '"another"'),
    "not newer": _with("If-Modified-Since", "{Last-Modified}"),
    "newer": _with("If-Modified-Since", "Thu, 01 Jan 1998 00:00:00 GMT"),
    "of what it was": lambda known: {"Range": "bytes=2-4", "If-Range": known["Last-Modified"]},
    "of what it is no more": lambda _known: {"Range": "bytes=2-4", "If-Range": "Thu, 01 Jan 1998 00:00:00 GMT"},
}


async def _answers(settings: StorageSettings) -> dict[str, tuple[object, ...]]:
    answers: dict[str, tuple[object, ...]] = {}
    async with _serving(settings) as (client, path):
        async with client.get(path) as first:
            known = first.headers.copy()
        for name, headers in _REQUESTS.items():
            for method in ("GET", "HEAD"):
                async with client.request(method, path, headers=headers(known)) as answer:
                    told = [answer.headers.get(each) for each in ("Content-Range", "Content-Length", "Accept-Ranges")]
                    kind = answer.headers.get("Content-Type") if answer.status < 300 else None
                    body = await answer.read() if answer.status < 300 else b""
                    answers[f"{method} {name}"] = (answer.status, body, kind, *(told if answer.status < 300 else ()))
    return answers


async def test_it_is_served_as_from_the_disk(tmp_path: Path, in_bucket: StorageSettings) -> None:
    """Ranges, conditions, HEAD: status, bytes and headers are the same (RFC 9110, 13 and 14)."""
    from_disk, from_bucket = await _answers(StorageSettings(tmp_path / "disk")), await _answers(in_bucket)
    assert from_bucket == from_disk
    assert from_bucket["GET within"][:2] == (206, CONTENT[2:5])
    assert from_bucket["GET behind the end"][0] == 416
    assert from_bucket["GET known"][0] == 304


async def test_a_part_of_the_same_object(in_bucket: StorageSettings) -> None:
    """If-Range with an entity tag: the part if it is still that object, else the whole."""
    async with _serving(in_bucket) as (client, path):
        async with client.get(path) as first:
            tag = first.headers["ETag"]
        for told, expected in ((tag, CONTENT[2:5]), ('"another"', CONTENT)):
            async with client.get(path, headers={"Range": "bytes=2-4", "If-Range": told}) as answer:
                assert await answer.read() == expected


async def test_a_large_object_comes_whole(in_bucket: StorageSettings) -> None:
    """Of several blocks, also a range over the joint of two."""
    content = bytes(range(256)) * (80 << 10)
    async with _serving(in_bucket, content) as (client, path):
        async with client.get(path) as answer:
            assert await answer.read() == content
        async with client.get(path, headers={"Range": f"bytes={(8 << 20) - 2}-{(8 << 20) + 1}"}) as answer:
            assert await answer.read() == content[(8 << 20) - 2 : (8 << 20) + 2]


async def test_browsers_may_be_sent_on(in_bucket: StorageSettings) -> None:
    """To an address of the bucket that is signed, and works."""
    async with _serving(replace(in_bucket, temporary_redirect=True)) as (client, path):
        async with client.get(path, allow_redirects=False) as answer:
            assert answer.status == 302
            address = answer.headers["Location"]
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            assert await answer.read() == CONTENT


def _at(settings: StorageSettings, real: S3Server, port: int) -> StorageSettings:
    place = f"127.0.0.1:{port}"
    url = str(settings.temporary_url).replace(f"{real.host}:{real.port}", place)
    return replace(settings, temporary_url=url, plain_http_hosts=(place,), retries=0)


async def test_a_bucket_that_breaks_off(in_bucket: StorageSettings, seaweedfs: S3Server) -> None:
    """The connection ends, so that nobody takes half a film for a whole one; the next one has all of it."""
    content = bytes(1 << 20) * 24
    with running_cutting_relay(seaweedfs.port) as relay:
        async with _serving(_at(in_bucket, seaweedfs, relay.port), content) as (client, path):
            relay.answer_cuts.append(12 << 20)
            async with client.get(path) as answer:
                with pytest.raises(aiohttp.ClientPayloadError):
                    await answer.read()
            assert relay.done == 1
            async with client.get(path) as answer:
                assert await answer.read() == content


async def test_a_bucket_that_does_not_answer(in_bucket: StorageSettings, seaweedfs: S3Server, tmp_path: Path) -> None:
    """503 and when to ask again; nobody hears where it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        away = _at(in_bucket, seaweedfs, free.getsockname()[1])
    async with _serving(StorageSettings(tmp_path / "disk")) as (_client, path):
        pass
    objects = TemporaryObjects(away)
    app = _app(lambda key: objects.find(key, NOW))
    async with TestClient(TestServer(app)) as client, client.get(path) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert await answer.text() == "The temporary store of this service cannot be used now; its log says why\n"
