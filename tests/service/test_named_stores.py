"""Do API keys use the stores that the operator lends to them, and nothing else, with no secret shown?"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from filmstrip.cli.main import ExitCode, run
from filmstrip.service import checkup
from filmstrip.settings.reading import read_settings
from filmstrip.testing.filmstrip_server import FilmstripServer, running_filmstrip
from filmstrip.testing.running_program import free_ports
from filmstrip.testing.seaweedfs import S3Server
from service.test_addresses import call, fetch

pytestmark = pytest.mark.timeout(240)
SHOP, OTHER = "shop-0123456789abcdef", "other-0123456789abcdef"


@dataclass(frozen=True)
class Place:
    """A bucket that is lent to the first API key, and files that say how."""

    s3: S3Server
    bucket: str
    folder: Path

    @property
    def host(self) -> str:
        return f"{self.s3.host}:{self.s3.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "FILMSTRIP_API_KEYS": f"{SHOP},{OTHER}",
            "FILMSTRIP_CONFIG": str(self.folder / "filmstrip.toml"),
            "FILMSTRIP_RETRY_SECONDS": "100",
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials"),
            "AWS_CONFIG_FILE": "/dev/null",
        }

    def write_settings(self, *prefixes: str) -> None:
        where = f'endpoint = "{self.s3.url}"\nbucket = "{self.bucket}"\nprofile = "media"\n'
        (self.folder / "filmstrip.toml").write_text(
            "".join(
                f'[[stores]]\nname = "{prefix}"\nprefix = "{prefix}"\n{where}api_keys = ["settings-1", "nobody"]\n'
                for prefix in prefixes
            )
        )

    def write_profile(self) -> None:
        new = self.folder / "credentials.new"
        new.write_text(f"[media]\naws_access_key_id = {self.s3.key}\naws_secret_access_key = {self.s3.secret}\n")
        new.replace(self.folder / "credentials")

    def names(self) -> set[str]:
        client = boto3.client(
            "s3",
            endpoint_url=self.s3.url,
            aws_access_key_id=self.s3.key,
            aws_secret_access_key=self.s3.secret,
            region_name="us-east-1",
        )
        return {item["Key"] for item in client.list_objects_v2(Bucket=self.bucket).get("Contents", [])}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, seaweedfs: S3Server, small_video: Path) -> Place:
    seaweedfs.make_bucket("operators")
    made = Place(seaweedfs, "operators", tmp_path_factory.mktemp("operator"))
    made.write_settings("lent")
    made.write_profile()
    client = boto3.client(
        "s3",
        endpoint_url=seaweedfs.url,
        aws_access_key_id=seaweedfs.key,
        aws_secret_access_key=seaweedfs.secret,
        region_name="us-east-1",
    )
    client.upload_file(str(small_video), "operators", "lent/in/film.mp4")
    return made


@pytest.fixture(scope="module")
def service(place: Place) -> Iterator[FilmstripServer]:
    with running_filmstrip(place.folder / "data", place.environment) as server:
        yield server


def send(url: str, key: str, source: str, *destinations: object, **entry: object) -> tuple[str, dict[str, Any]]:
    """Start a task; give its token and the answer."""
    session = call(url, "access_token", api_key=key)["token"]
    token = call(url, "create_task", token=session)["task_token"]
    return token, start(url, token, source, *destinations, **entry)


def start(url: str, token: str, source: str, *destinations: object, **entry: object) -> dict[str, Any]:
    formats = [{"output": "thumbnails", "interval": 1, "destination": place, **entry} for place in destinations]
    query = {"query": {"source": source, "format": formats}}
    return call(url, "start_encode2", task_token=token, query=json.dumps(query))


def status_of(url: str, token: str) -> dict[str, Any]:
    return dict(call(url, "status", task_tokens=token)["statuses"][token])


def ended(url: str, token: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while (status := status_of(url, token))["status"] != "completed":
        assert time.monotonic() < deadline, status
        time.sleep(0.05)
    return status


def test_a_job_in_a_lent_store(service: FilmstripServer, place: Place) -> None:
    """Source and destination of a query without any credentials are used, signed addresses too; no secret is kept."""
    root = f"s3://{place.host}/{place.bucket}/lent"
    token, answer = send(service.url, SHOP, f"{root}/in/film.mp4", f"{root}/out/", url_mode="presigned")
    assert answer["error"] == 0, answer
    status = ended(service.url, token)
    assert status["error"] == 0, status
    assert {"lent/out/thumb_0001.png", "lent/out/thumbnails.vtt"} <= place.names()
    assert status["images"][0]["url"] == f"{place.s3.url}/{place.bucket}/lent/out/thumbnails.vtt"
    kept = [path.read_bytes() for path in (place.folder / "data").rglob("*") if path.is_file()]
    for told in (json.dumps(status).encode(), service.log.read_bytes(), *kept):
        assert place.s3.secret.encode() not in told
        assert place.s3.key.encode() not in told
    log = service.log.read_text()
    assert f"lent (s3://{place.host}/operators/lent, for settings-1, nobody)" in log
    assert 'lent to the API key \\"nobody\\"' in log


def test_signed_addresses_of_a_lent_store_can_be_fetched(service: FilmstripServer, place: Place) -> None:
    """Whoever has the track has its pictures, though the bucket is closed."""
    client = boto3.client(
        "s3",
        endpoint_url=place.s3.url,
        aws_access_key_id=place.s3.key,
        aws_secret_access_key=place.s3.secret,
        region_name="us-east-1",
    )
    root = f"s3://{place.host}/{place.bucket}/lent"
    token, _ = send(service.url, SHOP, f"{root}/in/film.mp4", f"{root}/signed/", url_mode="presigned")
    assert ended(service.url, token)["error"] == 0
    track = client.get_object(Bucket=place.bucket, Key="lent/signed/thumbnails.vtt")["Body"].read().decode()
    urls = [line for line in track.splitlines() if line.startswith("http")]
    assert [fetch(url)[:4] for url in urls] == [b"\x89PNG"] * 2


def test_others_do_not_learn_of_it(service: FilmstripServer, place: Place) -> None:
    """A key that a store is not lent to reads the same as where there is none; so does a place beside the store."""
    answers = set()
    for key, where in (
        (OTHER, f"{place.host}/{place.bucket}/lent"),
        (OTHER, f"{place.host}/nowhere/lent"),
        (OTHER, "nowhere.example/films/lent"),
        (SHOP, f"{place.host}/{place.bucket}/others"),
    ):
        _token, answer = send(service.url, key, f"s3://{where}/in/film.mp4", f"s3://{where}/out/")
        assert answer["error"] != 0
        answers.add(answer["message"])
    assert len(answers) == 1
    assert answers.pop().count("has no credentials") == 2
    # What leads out of it is refused for its path, with or without a store.
    for key in (OTHER, SHOP):
        where = f"s3://{place.host}/{place.bucket}/lent/../others"
        _token, answer = send(service.url, key, f"{where}/in/film.mp4", f"{where}/out/")
        assert answer["error"] != 0
        assert '"." or ".." in its path' in answer["message"]


def test_a_running_service_takes_up_keys_at_once(
    service: FilmstripServer, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that is made beside it is good at once, and may use what is lent to its name; revoked, it opens nothing."""
    root, data = f"s3://{place.host}/{place.bucket}/lent", ["--data-dir", str(place.folder / "data")]
    for _round in range(2):
        assert run(["keys", "create", "nobody", *data]) == ExitCode.DONE
        key = capsys.readouterr().out.strip()
        token, answer = send(service.url, key, f"{root}/in/film.mp4", f"{root}/by-name/")
        assert answer["error"] == 0, answer
        session = call(service.url, "access_token", api_key=key)["token"]
        prepared = call(service.url, "create_task", token=session)["task_token"]
        assert run(["keys", "revoke", "nobody", *data]) == ExitCode.DONE
        assert call(service.url, "access_token", api_key=key)["error"] != 0
        answer = start(service.url, prepared, f"{root}/in/film.mp4", f"{root}/by-name/")
        assert answer["message"] == "Token not found", "a task that was made before begins nothing with it either"
        assert ended(service.url, token)["error"] == 0


def test_the_way_to_a_store_is_lent_with_it_alone(service: FilmstripServer, place: Place, small_video: Path) -> None:
    """The store's private host stays closed to other places: by http, with own credentials, beside the store."""
    del small_video
    root, own = f"s3://{place.host}/{place.bucket}/lent", {"key": "OWNKEY", "secret": "own-secret"}
    for source, destination in (
        (f"{place.s3.url}/{place.bucket}/lent/in/film.mp4", f"{root}/out/"),
        (f"s3://OWNKEY:own-secret@{place.host}/{place.bucket}/lent/in/film.mp4", f"{root}/out/"),
        (f"{root}/in/film.mp4", {"url": f"{root}/out/", **own}),
    ):
        token, answer = send(service.url, SHOP, source, destination)
        assert answer["error"] == 0, answer
        status = ended(service.url, token)
        error = status["error_description"] or status["images"][0]["error_description"]
        assert "is at a private or reserved address" in error
    # What kind of failure it was is told to the operator, as the reference says.
    assert '"kind": "HostNotAllowedError"' in service.log.read_text()


def test_after_a_kill_what_holds_then_counts(place: Place, tmp_path: Path) -> None:
    """Credentials that cannot be read are waited for, and read anew after a kill; a store taken back is not lent."""
    mine = Place(place.s3, place.bucket, tmp_path)
    mine.write_settings("lent", "leaving")
    mine.write_profile()
    root, (port,) = f"s3://{place.host}/{place.bucket}", free_ports(1)
    source = f"{root}/lent/in/film.mp4"
    with running_filmstrip(tmp_path / "data", mine.environment, port=port) as first:
        (tmp_path / "credentials").write_text("[media]\n")
        kept, answer = send(first.url, SHOP, source, f"{root}/lent/rotated/")
        assert answer["error"] == 0, answer
        withdrawn, answer = send(first.url, SHOP, source, f"{root}/leaving/withdrawn/")
        assert answer["error"] == 0, answer
        deadline = time.monotonic() + 30
        while "waiting" not in (status := status_of(first.url, kept)):
            assert time.monotonic() < deadline, status
            time.sleep(0.05)
        assert "its log says why" in status["waiting"]
        assert "media" not in status["waiting"]
        assert 'The profile \\"media\\" has no aws_access_key_id' in first.log.read_text()
        first.program.kill()
    mine.write_profile()
    mine.write_settings("lent")
    with running_filmstrip(tmp_path / "data", mine.environment, port=port) as second:
        assert ended(second.url, kept)["error"] == 0
        status = ended(second.url, withdrawn)
    assert "is at a private or reserved address" in status["error_description"]
    assert "lent/rotated/thumbnails.vtt" in place.names()
    assert not any("withdrawn" in name for name in place.names())


def test_a_start_without_the_credentials_is_refused(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The operator finds out first: `serve` and `doctor` name the store and what it lacks."""
    for name in [name for name in os.environ if name.startswith("FILMSTRIP_")]:
        monkeypatch.delenv(name)
    store = {"name": "media", "endpoint": place.s3.url, "bucket": "b00", "api_keys": ["nobody"]}
    store |= {"key_variable": "NO_SUCH_KEY", "secret_variable": "NO_SUCH_SECRET"}
    monkeypatch.setenv("FILMSTRIP_STORES", json.dumps([store]))
    monkeypatch.setenv("FILMSTRIP_DATA_DIR", str(tmp_path / "data"))
    assert run(["serve", "--port", "0"]) == ExitCode.MISUSED
    assert 'stores: "media": The environment variable NO_SUCH_KEY is not set' in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
    finding = checkup._guarded("stores", checkup._stores, read_settings())
    assert finding.is_grave
    assert "NO_SUCH_KEY is not set" in finding.found
