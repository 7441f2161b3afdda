"""Does the real job survive the death of the real server? Killed while it downloads, and amid its encoding."""

import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import pytest

from filmstrip.testing.filmstrip_server import running_filmstrip
from filmstrip.testing.range_server import RangeServer
from filmstrip.testing.running_program import free_ports
from filmstrip.testing.seaweedfs import S3Server

pytestmark = pytest.mark.timeout(180)
SECONDS = 40
KEY = "0123456789abcdef"
DEATHS = (("downloading", 0.0), ("encoding", 30.0))
"""At which status, and above which percentage, the server dies."""


@pytest.fixture(scope="module")
def long_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "long.mp4"
    pictures, sound = f"testsrc2=d={SECONDS}:r=25:s=480x270", f"sine=d={SECONDS}"
    sources = ["-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", sound, "-preset", "ultrafast"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *sources, str(path)], check=True)
    return path


def call(url: str, method: str, **fields: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/v1/{method}", urllib.parse.urlencode(fields).encode(), timeout=10) as answer:
        return dict(json.load(answer))


def status_of(url: str, token: str) -> dict[str, Any]:
    return dict(call(url, "status", task_tokens=token)["statuses"][token])


def wait_for(url: str, token: str, status: str, percent: float) -> dict[str, Any]:
    """Wait until a task is that far, or final."""
    while True:
        found = status_of(url, token)
        if found["status"] == "completed" or (found["status"] == status and found["percent"] >= percent):
            return found
        time.sleep(0.02)


def test_the_job_survives_the_death_of_the_server(
    tmp_path: Path, long_video: Path, range_server: RangeServer, seaweedfs: S3Server
) -> None:
    """Two kills later the bucket holds what it would hold without them, and no work folder is left."""
    shutil.copy(long_video, range_server.folder / "video.mp4")
    seaweedfs.make_bucket("kills", public=True)
    host = f"{seaweedfs.host}:{seaweedfs.port}"
    secrets = {"key": seaweedfs.key, "secret": seaweedfs.secret}
    places = [{"url": f"s3://{host}/kills/{name}", **secrets} for name in ("clip.mp4", "thumbs/")]
    query = {
        "source": range_server.url_of("video.mp4"),
        "format": [
            {"output": "mp4", "size": "480x270", "destination": places[0]},
            {"output": "thumbnails", "interval": 2, "width": 160, "height": 90, "destination": places[1]},
        ],
    }
    settings = {
        "FILMSTRIP_API_KEYS": KEY,
        "FILMSTRIP_PRIVATE_HOSTS": "127.0.0.1",
        "FILMSTRIP_PLAIN_HTTP_HOSTS": host,
    }
    (port,) = free_ports(1)
    token = ""
    for status, percent in DEATHS:
        with running_filmstrip(tmp_path / "data", settings, port=port) as server:
            if not token:
                session = call(server.url, "access_token", api_key=KEY)["token"]
                token = call(server.url, "create_task", token=session)["task_token"]
                assert (
                    call(server.url, "start_encode2", task_token=token, query=json.dumps({"query": query}))["error"]
                    == 0
                )
            wait_for(server.url, token, status, percent)
            server.program.kill()
    with running_filmstrip(tmp_path / "data", settings, port=port) as server:
        done = wait_for(server.url, token, "completed", 100)
    assert (done["status"], done["error"], done["error_description"]) == ("completed", 0, None)
    (video,), (image,) = done["videos"], done["images"]
    names = [f"thumb_{number:04}.png" for number in range(1, SECONDS // 2 + 1)]
    assert image["storage"]["names"] == [*names, "thumbnails.vtt"]
    for name in image["storage"]["names"]:
        with urllib.request.urlopen(f"{seaweedfs.url}/kills/thumbs/{name}", timeout=10) as answer:
            assert answer.read()
    with av.open(video["url"]) as container:
        assert container.duration is not None
        assert abs(container.duration / av.time_base - SECONDS) < 0.2
    assert not list((tmp_path / "data" / "work").glob("[!.]*"))
