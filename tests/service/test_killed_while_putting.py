"""Is a file whole, or not there, when the service is killed in the middle of putting it on a server of some kind?"""

from __future__ import annotations

import io
import json
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import imageio_ffmpeg
import pytest
from PIL import Image

from azurite_server import ACCOUNT, AzuriteServer
from azurite_server import KEY as AZURE_KEY
from cutting_relay import running_cutting_relay
from filmstrip.testing.filmstrip_server import FilmstripServer, running_filmstrip
from ftp_server import running_ftp
from service.test_named_stores import call, ended
from sftp_server import SftpServer

pytestmark = pytest.mark.timeout(240)
KEY = "0123456789abcdef"
SLOW = 100_000
"""Bytes in a second: the picture takes many."""
BEGUN = 400_000


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """A film whose pictures are large files."""
    path = tmp_path / "noise.mp4"
    picture = "color=gray:s=1280x720:r=10:d=1,noise=alls=100:allf=t"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", picture]
    subprocess.run([*command, "-preset", "ultrafast", "-crf", "10", str(path)], check=True)
    return path


def await_it(has_happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not has_happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def partials(folder: Path) -> list[Path]:
    return [path for path in folder.glob(".partial-*") if path.stat().st_size > 0]


def submit(service: FilmstripServer, source: Path, places: list[dict[str, str]]) -> str:
    session = call(service.url, "access_token", api_key=KEY)["token"]
    token = str(call(service.url, "create_task", token=session)["task_token"])
    formats = [{"output": "thumbnail", "time": 0.5, "image_format": "png", "destination": place} for place in places]
    query = {"query": {"source": source.as_uri(), "format": formats}}
    assert call(service.url, "start_encode2", task_token=token, query=json.dumps(query))["error"] == 0
    return token


def test_killed_in_the_middle_of_a_file(tmp_path: Path, noise: Path, sftp: SftpServer, azblob: AzuriteServer) -> None:
    """Under its name there is nothing then, on three kinds of servers; after the restart it is whole."""
    (tmp_path / "ftp").mkdir()
    shell = sftp.folder / "killed"
    azblob.make_container("killed")
    with ExitStack() as stack:
        to_sftp, to_azure = (stack.enter_context(running_cutting_relay(server.port)) for server in (sftp, azblob))
        to_sftp.holds_after = to_azure.holds_after = BEGUN
        settings = {
            "FILMSTRIP_API_KEYS": KEY,
            "FILMSTRIP_PRIVATE_HOSTS": "127.0.0.1",
            "FILMSTRIP_PLAIN_HTTP_HOSTS": "127.0.0.1",
            "FILMSTRIP_LOCAL_ROOTS": str(tmp_path),
        }
        with running_ftp(tmp_path / "ftp", rate=SLOW) as ftp:
            login = f"{quote(sftp.user)}:{quote(sftp.secret, safe='')}"
            places = [
                {"url": f"ftp://127.0.0.1:{ftp.port}/a.png", "key": ftp.user, "secret": ftp.password},
                {"url": f"sftp://{login}@127.0.0.1:{to_sftp.port}{sftp.root}/killed/a.png"},
                {"url": f"azblob://127.0.0.1:{to_azure.port}/killed/a.png", "key": ACCOUNT, "secret": AZURE_KEY},
            ]
            with running_filmstrip(tmp_path / "data", settings) as service:
                token = submit(service, noise, places)
                await_it(lambda: bool(partials(ftp.folder)), "a part of it is on the FTP server")
                await_it(lambda: bool(partials(shell)), "a part of it is on the SSH server")
                await_it(to_azure.is_holding.is_set, "a part of it is on its way to Azure")
                service.program.kill()
        assert not [path for folder in (ftp.folder, shell) for path in folder.glob("*.png")]
        assert azblob.get("killed", "a.png") is None
        to_sftp.holds_after = to_azure.holds_after = None
        with running_ftp(tmp_path / "ftp", port=ftp.port), running_filmstrip(tmp_path / "data", settings) as service:
            status = ended(service.url, token)
    assert status["error"] == 0, status
    blob = azblob.get("killed", "a.png")
    assert blob is not None
    pictures = [(ftp.folder / "a.png").read_bytes(), (shell / "a.png").read_bytes(), blob[0]]
    assert pictures == [blob[0]] * 3
    assert len(blob[0]) > 2 * BEGUN
    with Image.open(io.BytesIO(blob[0])) as picture:
        picture.load()
        assert picture.size == (1280, 720)
