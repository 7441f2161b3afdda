"""Which places lie in a store that the operator names, and what may a setting of one say?"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from filmstrip.domain.errors import CredentialsError
from filmstrip.params.destination import Destination
from filmstrip.settings.mistakes import SettingsError
from filmstrip.settings.reading import describe_settings, read_settings
from filmstrip.storage.lender import S3Keys
from filmstrip.storage.lending import store_credentials
from filmstrip.storage.lending.named_stores import StoreLender, lies_in
from filmstrip.storage.lending.store_credentials import read_credentials
from filmstrip.storage.named_store import NamedStore
from filmstrip.storage.settings import StorageSettings

SECRET = "hush/hush+hush"
GIVEN = {
    "name": "media",
    "endpoint": "http://minio:9000",
    "bucket": "films",
    "prefix": "in/",
    "key_variable": "MEDIA_KEY",
    "secret_variable": "MEDIA_SECRET",
    "api_keys": ["shop"],
}


def store(**changes: Any) -> NamedStore:
    return TypeAdapter(NamedStore).validate_python({**GIVEN, **changes})


@pytest.mark.parametrize(
    ("url", "is_inside"),
    [
        ("s3://minio:9000/films/in/a.mp4", True),
        ("S3://MINIO:9000/films/in/a/b%2e%2e/c d.mp4", True),
        ("s3://minio.:9000/films/in/a.mp4", True),
        ("s3://minio:9000/films/in/", True),
        ("s3://minio:9000/films/in", False),
        ("s3://minio:9000/films/in2/a.mp4", False),
        ("s3://minio:9000/films/IN/a.mp4", False),
        ("s3://minio:9000/films/", False),
        ("s3://minio:9000/Films/in/a.mp4", False),
        ("s3://minio:9001/films/in/a.mp4", False),
        ("s3://minio/films/in/a.mp4", False),
        ("s3://minio2:9000/films/in/a.mp4", False),
        ("s3://minio:9000/films/in/../other/a.mp4", False),
        ("s3://minio:9000/films/in/./a.mp4", False),
        ("s3://minio:9000/films/in//a.mp4", False),
        ("s3://minio:9000/films//in/a.mp4", False),
        ("s3://minio:9000/films/in/..", False),
        ("s3://minio:9000/films/in/%2e%2E/other/a.mp4", False),
        ("s3://minio:9000/films/in/..%2fother/a.mp4", False),
        ("s3://minio:9000/films/in/%252e./other/a.mp4", False),
        ("s3://minio:9000/films/in/..\\other\\a.mp4", False),
        ("s3://minio:9000/films/in/a/..%5C../other/a.mp4", False),
        ("s3://minio:9000/films/in/100%/a\\b/..c/d...mp4", True),
        ("s3://minio:9000@evil.example/films/in/a.mp4", False),
        ("https://minio:9000/films/in/a.mp4", False),
        ("nonsense", False),
    ],
)
def test_a_place_lies_in_a_store_or_not(url: str, *, is_inside: bool) -> None:
    """Only the very server, bucket and folder are lent, whatever a server might read into a key."""
    assert lies_in(url, store()) is is_inside


def test_the_usual_port_needs_no_name() -> None:
    """A server's own port may be written or left away on either side."""
    for endpoint in ("https://s3.example.com", "https://s3.example.com:443/"):
        for host in ("s3.example.com", "s3.example.com:443"):
            assert lies_in(f"s3://{host}/films/in/a.mp4", store(endpoint=endpoint))
    assert lies_in("s3://[::1]/films/a.mp4", store(endpoint="http://[::1]", prefix=None))


def test_whom_a_store_is_lent_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is named gets the credentials and the way there, another one nothing; own credentials go first."""
    monkeypatch.setenv("MEDIA_KEY", "key")
    monkeypatch.setenv("MEDIA_SECRET", SECRET)
    lender = StoreLender([store(prefix=None, api_keys=["*"], region="eu-1"), store()], "shop")
    inside = Destination(url="s3://minio:9000/films/in/a.mp4")
    loan = lender.loan(inside)
    assert loan is not None
    assert loan.read is not None
    assert loan.read() == S3Keys("key", SECRET)
    assert (loan.region, loan.host) == (None, "minio:9000"), "the store with the longest prefix"
    allowed = loan.allowed_by(StorageSettings(Path("/tmp"), private_hosts=("other",), plain_http_hosts=("other",)))
    assert (allowed.private_hosts, allowed.plain_http_hosts) == (("other", "minio:9000"), ("minio",))
    assert StoreLender([store()], "others").loan(inside) is None
    assert lender.loan(Destination.model_validate("s3://k:s@minio:9000/films/in/a.mp4")) is None
    assert SECRET not in repr(lender) + repr(loan.read())


def test_credentials_are_read_at_each_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that is changed, as when keys are rotated, counts from then on; one that is broken says so."""
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    by_profile = store(profile="media", key_variable=None, secret_variable=None)
    for number in range(2):
        text = f"[media]\naws_access_key_id = k{number}\naws_secret_access_key = s\naws_session_token = t\n"
        (tmp_path / "credentials").write_text(text)
        assert read_credentials(by_profile) == S3Keys(f"k{number}", "s", "t")
    for broken in ("[media]\nregion = eu-1\n", "[other]\n", "nonsense", "[media]\naws_access_key_id = k\n"):
        (tmp_path / "credentials").write_text(broken)
        with pytest.raises(CredentialsError):
            read_credentials(by_profile)
    with pytest.raises(CredentialsError, match="MEDIA_SECRET is not set"):
        read_credentials(store(), {"MEDIA_KEY": "k", "MEDIA_SECRET": " "})


class _Machine(BaseHTTPRequestHandler):
    """Hands out the credentials of a role as a container's host does."""

    asked: list[str]

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.asked.append(self.headers.get("Authorization", ""))
        answer = {"AccessKeyId": "role", "SecretAccessKey": SECRET, "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    handler = type("Handler", (_Machine,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{server.server_address[1]}/role")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "who asks")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of the shell")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the shell")
    store_credentials._role_session.cache_clear()
    yield handler.asked  # type: ignore[attr-defined]
    store_credentials._role_session.cache_clear()
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_role_of_the_machine_signs(machine: list[str]) -> None:
    """With `instance_role` the machine is asked, whatever keys its shell has, and not again while they last."""
    by_role = store(instance_role=True, key_variable=None, secret_variable=None)
    assert [read_credentials(by_role) for _ in range(2)] == [S3Keys("role", SECRET, "t")] * 2
    assert machine == ["who asks"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"secret": SECRET}, "[0].secret is none of name, endpoint"),
        ({"secret_variable": SECRET}, "[0].secret_variable is not the name of an environment variable"),
        ({"bucket": ""}, "[0].bucket is not text"),
        ({"bucket": "a/b"}, "[0].bucket is not the name of a bucket"),
        ({"endpoint": f"http://k:{SECRET}@minio"}, "[0].endpoint is not the URL of a server"),
        ({"endpoint": "minio:9000"}, "[0].endpoint is not the URL of a server"),
        ({"endpoint": "http://minio:nine"}, "[0].endpoint is not the URL of a server"),
        ({"prefix": "in/../out"}, "[0].prefix is not a folder of keys"),
        ({"region": "Frank furt"}, "[0].region is not a region"),
        ({"api_keys": []}, "[0].api_keys needs at least one item"),
        ({"api_keys": None}, "[0].api_keys is not a list"),
        ({"instance_role": SECRET}, "[0].instance_role is not true or false"),
        ({"profile": "media"}, "[0] needs credentials in one way"),
        ({"secret_variable": None}, "[0] needs credentials in one way"),
        ({"instance_role": True, "key_variable": None, "secret_variable": None, "session_token_variable": "T"}, "[0]"),
        ({"name": "a\nb"}, "[0].name is not text"),
    ],
)
def test_mistakes_of_a_store_are_told_without_values(changes: dict[str, Any], sentence: str) -> None:
    """Each is named by its place, and nothing that might be a secret in a wrong place is shown."""
    text = json.dumps([{**GIVEN, **changes}])
    with pytest.raises(SettingsError) as told:
        read_settings(environ={"FILMSTRIP_STORES": text})
    assert str(told.value).startswith(f"FILMSTRIP_STORES: {sentence}")
    assert "hush" not in str(told.value)


@pytest.mark.parametrize("text", ["media", "{}", "[", "[3]", "3", "[" * 100_000])
def test_what_is_no_list_of_stores_is_told(text: str) -> None:
    """Text that is no JSON, or other JSON, ends in a sentence."""
    with pytest.raises(SettingsError, match="FILMSTRIP_STORES: ") as told:
        read_settings(environ={"FILMSTRIP_STORES": text})
    assert "Input" not in str(told.value), "in pydantic's words"


def test_stores_are_tables_of_the_file(tmp_path: Path) -> None:
    """A file has a table for each; what is set is shown by its place and whom it is lent to."""
    path = tmp_path / "filmstrip.toml"
    path.write_text(
        "[[stores]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in GIVEN.items()), encoding="utf-8"
    )
    assert read_settings(path, environ={}).storage.stores == (store(),)
    shown = {value.name: value.shown for value in describe_settings(path, environ={})}
    assert shown["stores"] == "media (s3://minio:9000/films/in, for shop)"
