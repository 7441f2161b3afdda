"""The job of the first issue, and a service that runs it: real server, real S3, and a source made for it."""

import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg
from filmstrip.testing.filmstrip_server import running_filmstrip
from filmstrip.testing.range_server import running_range_server
from filmstrip.testing.seaweedfs import S3Server

pytest.register_assert_rewrite("qencode_job")

SOURCE_SECONDS = 65


@dataclass(frozen=True)
class Stage:
    """What a client needs to run the job.

    Attributes:
        url: Where the service is, without a slash at the end.
        api_key: A key that is good.
        source_url: A source of 65 s, 320x240.
        s3: Where results go.
        bucket: A public bucket of this test alone.
        log: What the service logs.
    """

    url: str
    api_key: str = field(repr=False)
    source_url: str
    s3: S3Server
    bucket: str
    log: Path

    def destination(self, key: str) -> dict[str, Any]:
        """Name a place in the bucket as clients do."""
        return {
            "url": f"s3://{self.s3.host}:{self.s3.port}/{self.bucket}/{key}",
            "key": self.s3.key,
            "secret": self.s3.secret,
            "permissions": "public-read",
        }

    def job(self) -> dict[str, Any]:
        """The published job: a clip of 60 s, and an image every 30 s of the whole source."""
        clip = {"file_extension": "mp4", "size": "320x240", "duration": 60}
        images = {"interval": 30, "width": 320, "height": 240}
        return {
            "source": self.source_url,
            "format": [
                {"output": "mp4", "destination": self.destination("test/bbb.mp4"), **clip},
                {"output": "thumbnails", "destination": self.destination("test/thumb/bbb/"), **images},
            ],
        }


@pytest.fixture(scope="session")
def source_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A moving picture with sound, on a file server."""
    folder = tmp_path_factory.mktemp("source")
    picture, sound = "testsrc2=size=320x240:rate=5", "sine=frequency=330"
    command = [
        str(find_ffmpeg(MediaSettings())),
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        picture,
        "-f",
        "lavfi",
        "-i",
        sound,
    ]
    command += ["-t", str(SOURCE_SECONDS), "-preset", "ultrafast", "-pix_fmt", "yuv420p", "source.mp4"]
    subprocess.run(command, cwd=folder, check=True, timeout=50)
    with running_range_server(folder) as server:
        yield server.url_of("source.mp4")


@pytest.fixture(scope="session")
def service(seaweedfs: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """The service as an operator runs it, and a key to it."""
    api_key = secrets.token_hex(8)
    settings = {
        "FILMSTRIP_API_KEYS": api_key,
        "FILMSTRIP_PRIVATE_HOSTS": "127.0.0.1",
        "FILMSTRIP_PLAIN_HTTP_HOSTS": f"{seaweedfs.host}:{seaweedfs.port}",
    }
    with running_filmstrip(tmp_path_factory.mktemp("service") / "data", settings) as server:
        yield server.url, api_key, server.log


@pytest.fixture
def stage(service: tuple[str, str, Path], source_url: str, seaweedfs: S3Server) -> Stage:
    """Everything, with a bucket of this test alone."""
    url, api_key, log = service
    bucket = f"qencode-{secrets.token_hex(4)}"
    seaweedfs.make_bucket(bucket, public=True)
    return Stage(url, api_key, source_url, seaweedfs, bucket, log)
