"""Do manifests with full or signed addresses work, and stay secrets secret?"""

from __future__ import annotations

import io
import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from PIL import Image

from filmstrip.testing.filmstrip_server import FilmstripServer, running_filmstrip
from filmstrip.testing.seaweedfs import S3Server

pytestmark = pytest.mark.timeout(240)
KEY = "0123456789abcdef"


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, small_video: Path, seaweedfs: S3Server
) -> Iterator[FilmstripServer]:
    """A service that may read the video and write to the bucket."""
    host = f"{seaweedfs.host}:{seaweedfs.port}"
    settings = {
        "FILMSTRIP_API_KEYS": KEY,
        "FILMSTRIP_PRIVATE_HOSTS": host,
        "FILMSTRIP_PLAIN_HTTP_HOSTS": host,
        "FILMSTRIP_LOCAL_ROOTS": str(small_video.parent),
    }
    with running_filmstrip(tmp_path_factory.mktemp("service") / "data", settings) as server:
        yield server


def call(url: str, method: str, **fields: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/v1/{method}", urllib.parse.urlencode(fields).encode(), timeout=10) as answer:
        return dict(json.load(answer))


def run_job(service: FilmstripServer, source: Path, **entry: object) -> dict[str, Any]:
    """Send a job of one output and wait for its end."""
    query = {"source": source.as_uri(), "format": [{"output": "thumbnails", "interval": 1, **entry}]}
    session = call(service.url, "access_token", api_key=KEY)["token"]
    token = call(service.url, "create_task", token=session)["task_token"]
    assert call(service.url, "start_encode2", task_token=token, query=json.dumps({"query": query}))["error"] == 0
    deadline = time.monotonic() + 60
    while True:
        status = dict(call(service.url, "status", task_tokens=token)["statuses"][token])
        if status["status"] == "completed":
            return status
        assert time.monotonic() < deadline
        time.sleep(0.05)


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


def test_signed_manifests_of_a_private_bucket(service: FilmstripServer, small_video: Path, seaweedfs: S3Server) -> None:
    """Every picture and playlist can be fetched by the addresses in the manifests, which nothing else shows."""
    seaweedfs.make_bucket("signed")
    url = f"s3://{seaweedfs.host}:{seaweedfs.port}/signed/a/"
    destination = {"url": url, "key": seaweedfs.key, "secret": seaweedfs.secret}
    parameters = {"manifests": "json,hls_image,hls_mjpg", "image_format": "jpg", "url_mode": "presigned"}
    status = run_job(service, small_video, destination=destination, url_hours=48, **parameters)
    assert status["error"] == 0, status
    (image,) = status["images"]
    expires = datetime.strptime(image["meta"]["url_expires"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert timedelta(hours=47.9) < expires - datetime.now(UTC) <= timedelta(hours=48)
    client = boto3.client(
        "s3",
        endpoint_url=seaweedfs.url,
        aws_access_key_id=seaweedfs.key,
        aws_secret_access_key=seaweedfs.secret,
        region_name="us-east-1",
    )
    files = ("thumbnails.vtt", "thumbnails.json", "images.m3u8", "iframes.m3u8", "thumbnails.m3u8")
    texts = {name: client.get_object(Bucket="signed", Key=f"a/{name}")["Body"].read().decode() for name in files}
    signed = {name: re.findall(r"http://[^\s\"#]+", text) for name, text in texts.items()}
    assert {name: len(set(urls)) for name, urls in signed.items()} == {
        "thumbnails.vtt": 2,
        "thumbnails.json": 2,
        "images.m3u8": 2,
        "iframes.m3u8": 1,
        "thumbnails.m3u8": 2,
    }
    for name in ("thumbnails.vtt", "thumbnails.json", "images.m3u8"):
        assert [Image.open(io.BytesIO(fetch(url))).format for url in signed[name]][:2] == ["JPEG", "JPEG"]
    assert [fetch(url)[:7] for url in signed["thumbnails.m3u8"]] == [b"#EXTM3U"] * 2
    kept = [service.log, *service.log.with_suffix("").rglob("*")]
    places = [json.dumps(status).encode(), *(path.read_bytes() for path in kept if path.is_file())]
    assert len(places) > 2
    assert not any(b"X-Amz-Signature" in place or seaweedfs.secret.encode() in place for place in places)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (
            {"url_mode": "absolute"},
            "format[0].url_mode: absolute without a destination needs to know the service's address",
        ),
        ({"url_mode": "presigned"}, "format[0].url_mode: presigned needs a destination, s3://"),
        (
            {"url_mode": "presigned", "destination": "s3://s3.example.com/bucket/a/"},
            "format[0].destination: has no credentials",
        ),
        ({"url_mode": "absolute", "destination": "file:///srv/a/"}, "format[0].url_mode: absolute does not go with"),
    ],
)
def test_addresses_that_nobody_knows_are_refused_at_once(
    service: FilmstripServer, small_video: Path, entry: dict[str, str], sentence: str
) -> None:
    """What cannot work is told when the query arrives, before anything is made, and the task can be started again."""
    token = call(service.url, "create_task", token=call(service.url, "access_token", api_key=KEY)["token"])[
        "task_token"
    ]
    formats = [{"output": "thumbnails", **entry}]
    query = json.dumps({"query": {"source": small_video.as_uri(), "format": formats}})
    answer = call(service.url, "start_encode2", task_token=token, query=query)
    assert answer["error"] != 0
    assert sentence in answer["message"]
    formats[0].update(url_mode="relative", destination="")
    query = json.dumps({"query": {"source": small_video.as_uri(), "format": formats}})
    assert call(service.url, "start_encode2", task_token=token, query=query)["error"] == 0
