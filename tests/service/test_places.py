"""Do jobs work from and to servers of every kind, several destinations at once, with no secret shown?"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from azurite_server import ACCOUNT, AzuriteServer
from azurite_server import KEY as AZURE_KEY
from certificates import Certificates
from filmstrip.testing.filmstrip_server import FilmstripServer, running_filmstrip
from ftp_server import FtpServer
from service.test_named_stores import ended, send
from sftp_server import SftpServer

pytestmark = pytest.mark.timeout(240)
KEY = "0123456789abcdef"
NAMES = {"thumb_0001.png", "thumb_0002.png", "thumbnails.vtt"}


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory,
    certificates: Certificates,
    ftp: FtpServer,
    ftps: FtpServer,
    sftp: SftpServer,
    azblob: AzuriteServer,
) -> Iterator[FilmstripServer]:
    """A service that may use servers of each kind."""
    places = [f"{server.host}:{server.port}" for server in (ftp, ftps, sftp, azblob)]
    settings = {
        "FILMSTRIP_API_KEYS": KEY,
        "FILMSTRIP_PRIVATE_HOSTS": ",".join(places),
        "FILMSTRIP_PLAIN_HTTP_HOSTS": places[-1],
        "FILMSTRIP_CA_FILE": str(certificates.authority),
        "FILMSTRIP_RETRY_SECONDS": "1",
    }
    with running_filmstrip(tmp_path_factory.mktemp("service") / "data", settings) as server:
        yield server


def _sftp_url(server: SftpServer, name: str) -> str:
    login = f"{quote(server.user, safe='')}:{quote(server.secret, safe='')}"
    return f"sftp://{login}@{server.host}:{server.port}{server.root}/{name}"


def test_a_job_from_one_kind_of_server_to_several(
    service: FilmstripServer,
    small_video: Path,
    ftp: FtpServer,
    ftps: FtpServer,
    sftp: SftpServer,
    azblob: AzuriteServer,
) -> None:
    """Read by ranges over SSH with a key, put on three kinds of servers: each has all, and no secret is anywhere."""
    shutil.copy(small_video, sftp.folder / "film.mp4")
    azblob.make_container("thumbs")
    places = [
        {"url": f"ftp://{ftp.host}:{ftp.port}/out", "key": ftp.user, "secret": ftp.password, "is_passive": "1"},
        {"url": f"ftps://{ftps.host}:{ftps.port}/out/", "key": ftps.user, "secret": ftps.password},
        {"url": f"azblob://{azblob.host}:{azblob.port}/thumbs/out/", "key": ACCOUNT, "secret": AZURE_KEY},
    ]
    token, answer = send(service.url, KEY, _sftp_url(sftp, "film.mp4"), places)
    assert answer["error"] == 0, answer
    status = ended(service.url, token)
    assert status["error"] == 0, status
    assert {path.name for path in (ftp.folder / "out").iterdir()} == NAMES
    pictures = [(server.folder / "out" / "thumb_0002.png").read_bytes() for server in (ftp, ftps)]
    found = azblob.get("thumbs", "out/thumb_0002.png")
    assert found is not None
    assert pictures == [found[0]] * 2
    (image,) = status["images"]
    assert image["url"] == f"ftp://{ftp.host}:{ftp.port}/out/thumbnails.vtt"
    assert [copy["url"].rpartition("://")[0] for copy in image["storage"]["copies"]] == ["ftps", "http"]
    data = service.log.with_name("data")
    kept = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
    secrets = [ftp.password, quote(ftp.password, safe=""), AZURE_KEY, sftp.secret.splitlines()[1]]
    for told in (json.dumps(status).encode(), service.log.read_bytes(), *kept):
        assert not [secret for secret in secrets if secret.encode() in told]


def test_what_one_destination_refuses_is_told_and_the_others_have_it(
    service: FilmstripServer, small_video: Path, ftp: FtpServer, sftp: SftpServer
) -> None:
    """The output has failed, and says where; what was put stays."""
    shutil.copy(small_video, sftp.folder / "film.mp4")
    login = {"key": ftp.user, "secret": ftp.password}
    refusing = {"url": f"ftp://{ftp.host}:{ftp.port}/refused/", "key": ftp.user, "secret": "wrong-4711"}
    taking = {"url": f"ftp://{ftp.host}:{ftp.port}/taken/"} | login
    token, _ = send(service.url, KEY, _sftp_url(sftp, "film.mp4"), [refusing, taking])
    status = ended(service.url, token)
    assert status["error"] == 1
    assert f'"ftp://{ftp.host}:{ftp.port}/refused/" refuses user and password' in status["error_description"]
    assert f"What was made is at ftp://{ftp.host}:{ftp.port}/taken/" in status["error_description"]
    assert "4711" not in json.dumps(status)
    assert {path.name for path in (ftp.folder / "taken").iterdir()} == NAMES


def test_what_cannot_be_had_is_told_at_once(service: FilmstripServer) -> None:
    """A query is refused with every mistake of its places; what means nothing there is a warning."""
    places = [
        {"url": "sftp://h/a/", "key": "u"},
        {"url": "azblob://container/a/"},
        {"url": "ftp://h:21/a/", "tcp_port": 2121, "permissions": "public-read"},
        {"url": "s3://1a.r2.cloudflarestorage.com/bucket/a/", "key": "k", "secret": "s", "permissions": "public-read"},
    ]
    _token, answer = send(service.url, KEY, "ftp://h/film.mp4", *places[2:])
    assert answer["error"] != 0
    for told in ("permissions: does not exist at ftp://", "2121 is not the port of the URL", "has no ACLs of objects"):
        assert told in answer["message"]
    _token, answer = send(service.url, KEY, "ftp://h/film.mp4", *places[:2])
    assert "destination: has a key without a secret; it needs both" in answer["message"]
    assert "destination: has no credentials: azblob:// needs a key and a secret" in answer["message"]
