"""Which server and whose credentials does `s3://BUCKET/KEY` mean?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from filmstrip.cli.s3_places import S3Flags, S3Manners
from filmstrip.cli.s3_query import with_manners
from filmstrip.cli.s3_shell import read_manners
from filmstrip.domain.errors import FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.settings.settings import join_settings
from filmstrip.storage.lender import S3Keys

_LENT = {"AWS_ACCESS_KEY_ID": "lent", "AWS_SECRET_ACCESS_KEY": "lent/secret+"}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Files with profiles."""
    (tmp_path / "config").write_text("[default]\nregion = eu-west-1\n[profile own]\nendpoint_url = http://own:9000\n")
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = a\naws_secret_access_key = b%c\n"
        "[own]\naws_access_key_id = o\naws_secret_access_key = p\naws_session_token = t\n"
        "[half]\naws_access_key_id = o\n"
    )
    return {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }


@pytest.mark.parametrize(
    ("endpoint", "url", "expected"),
    [
        (None, "s3://bucket/a/b.mp4", "s3://s3.us-east-1.amazonaws.com/bucket/a/b.mp4"),
        (None, "S3://bucket/a@b:c.mp4", "s3://s3.us-east-1.amazonaws.com/bucket/a@b:c.mp4"),
        (None, "s3://nyc3.digitaloceanspaces.com/bucket/a", "s3://nyc3.digitaloceanspaces.com/bucket/a"),
        (None, "s3://localhost/bucket/a", "s3://localhost/bucket/a"),
        (None, "s3://minio/bucket/a", "s3://minio/bucket/a"),
        (None, "s3://127.0.0.1:9000/bucket/a", "s3://127.0.0.1:9000/bucket/a"),
        (None, "s3://k:s/s@other/bucket/a", "s3://k:s/s@other/bucket/a"),
        (None, "https://bucket/a", "https://bucket/a"),
        ("http://127.0.0.1:9000", "s3://bucket/a", "s3://127.0.0.1:9000/bucket/a"),
        ("https://S3.example.com/", "s3://my.bucket/a", "s3://s3.example.com/my.bucket/a"),
        ("s3.example.com", "s3://s3.example.com/bucket/a", "s3://s3.example.com/bucket/a"),
    ],
)
def test_the_bucket_may_come_first(endpoint: str | None, url: str, expected: str) -> None:
    """What other S3 tools read as a bucket is one; what has been a server stays one."""
    manners = read_manners(S3Flags(endpoint), hosts=frozenset({"minio"}), environ={})
    assert manners.spelled_out(url) == expected


def test_credentials_of_the_environment_are_lent() -> None:
    """A source and a destination without credentials get those of the shell; typed ones win."""
    manners = read_manners(S3Flags(), environ={**_LENT, "AWS_REGION": "eu-central-1"})
    own = "s3://s3.eu-central-1.amazonaws.com/b/v.mp4"
    assert manners.spelled_out("s3://b/v.mp4") == own
    assert _lent(manners, own) == (S3Keys("lent", "lent/secret+"), "eu-central-1")
    assert _lent(manners, "s3://other.com/b/v.mp4") == (S3Keys("lent", "lent/secret+"), None)
    assert _lent(manners, "s3://k:s@other.com/b/v.mp4") == (None, None)
    assert manners.destination({"url": "s3://b/t/", "key": "k"})["key"] == "k"
    assert manners.destination({"url": "file:///tmp/"}) == {"url": "file:///tmp/"}
    assert "lent/secret" not in repr(manners)


def test_a_session_token_goes_with_its_key() -> None:
    """Temporary credentials are whole with their token, and nothing shows it."""
    manners = read_manners(S3Flags(), environ={**_LENT, "AWS_SESSION_TOKEN": "hush"})
    assert _lent(manners, "s3://b.com/c/d") == (S3Keys("lent", "lent/secret+", "hush"), None)
    assert "hush" not in repr(manners)


def test_a_typed_region_is_that_of_every_place() -> None:
    """What is typed counts for each server and wins over the environment, also beside credentials in an address."""
    manners = read_manners(S3Flags(region="eu-north-1"), environ={**_LENT, "AWS_REGION": "eu-central-1"})
    assert _lent(manners, "s3://k:s@other.com/b/v.mp4") == (None, "eu-north-1")
    assert manners.server == "s3.eu-north-1.amazonaws.com"


def _lent(manners: S3Manners, url: str) -> tuple[S3Keys | None, str | None]:
    loan = manners.loan(Destination.model_validate(url))
    assert loan is not None
    return (loan.read() if loan.read else None), loan.region


def test_profiles_are_read(home: dict[str, str]) -> None:
    """The default profile counts after the environment, a chosen one before it."""
    plain = read_manners(S3Flags(), environ=home)
    assert (plain.keys, plain.region, plain.endpoint) == (S3Keys("a", "b%c"), "eu-west-1", None)
    own = read_manners(S3Flags(profile="own"), environ={**home, **_LENT})
    assert (own.keys, own.endpoint) == (S3Keys("o", "p", "t"), "http://own:9000")
    assert own.plain_http_hosts == ("own:9000",)
    assert read_manners(S3Flags(), environ={**home, "AWS_PROFILE": "own"}).keys == S3Keys("o", "p", "t")
    assert read_manners(S3Flags(), environ={**home, **_LENT}).keys == S3Keys("lent", "lent/secret+")


@pytest.mark.parametrize(
    ("endpoint", "profile", "environ", "sentence"),
    [
        (None, "nix", {}, 'no profile "nix"'),
        (None, "half", {}, "aws_secret_access_key is missing"),
        (None, None, {"AWS_ACCESS_KEY_ID": "k"}, "environment are not whole: aws_secret_access_key is missing"),
        (None, None, {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "hush\r"}, "S3 secret holds a line end"),
        (None, None, {**_LENT, "AWS_ACCESS_KEY_ID": "k\n"}, "S3 key holds a line end"),
        (None, None, {**_LENT, "AWS_SESSION_TOKEN": "hush\0"}, "S3 session token holds a line end"),
        ("ftp://x", None, {}, "is not the URL of a server"),
        ("http://u:hush@x/y", None, {}, "is not the URL of a server"),
        ("http://[::1", None, {}, "is not the URL of a server"),
        ("http://x:99999", None, {}, "is not the URL of a server"),
        ("not a url", None, {}, "is not the URL of a server"),
        ("http://x:", None, {}, "is not the URL of a server"),
        ("http://x/?y", None, {}, "is not the URL of a server"),
        (None, None, {"AWS_REGION": "Frank furt"}, "is not one such as"),
    ],
)
def test_what_the_shell_says_wrong_is_told(
    endpoint: str | None, profile: str | None, environ: dict[str, str], sentence: str, home: dict[str, str]
) -> None:
    """Half credentials, unknown profiles and endpoints that are none end in a sentence, without a secret."""
    with pytest.raises(FilmstripError, match=sentence) as raised:
        read_manners(S3Flags(endpoint, profile), environ={**home, **environ})
    assert "hush" not in str(raised.value)


def test_files_that_are_no_profiles_are_told(tmp_path: Path) -> None:
    """A file with other things in it is named, and nothing of it is shown."""
    (tmp_path / "credentials").write_text("aws_secret_access_key = hush\n")
    environ = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"), "AWS_CONFIG_FILE": "/dev/null"}
    with pytest.raises(FilmstripError, match="cannot be read as a file with profiles") as raised:
        read_manners(S3Flags(), environ=environ)
    assert "hush" not in str(raised.value)


def test_a_query_is_completed_everywhere(monkeypatch: pytest.MonkeyPatch, home: dict[str, str]) -> None:
    """Each form of a destination gets the server and the credentials, and the endpoint is spoken to by http."""
    for name, value in {**home, **_LENT}.items():
        monkeypatch.setenv(name, value)
    formats = [{"output": "mp4", "destination": "s3://b/v.mp4"}, {"destination": [{"url": "s3://b/t/"}]}, {}]
    query = json.dumps({"query": {"source": "s3://b/in.mp4", "format": formats}})
    text, settings, manners = with_manners(query, join_settings(), S3Flags("http://own:9000"))
    done = json.loads(text)["query"]
    assert done["source"] == "s3://own:9000/b/in.mp4"
    assert _lent(manners, done["source"]) == (S3Keys("lent", "lent/secret+"), "eu-west-1")
    assert done["format"][0]["destination"]["url"] == "s3://own:9000/b/v.mp4"
    assert done["format"][1]["destination"][0]["url"] == "s3://own:9000/b/t/"
    assert "lent" not in text
    assert done["format"][2] == {}
    assert settings.storage.plain_http_hosts == ("own:9000",)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"query": 3}', '{"query": {"format": [3]}}', "[" * 100_000])
def test_what_is_no_query_is_left_to_the_parser(text: str) -> None:
    """Mistakes are told by whoever knows them all."""
    assert with_manners(text, join_settings(), S3Flags())[0] == text


def test_places_without_s3_ask_nobody() -> None:
    """Without an S3 place nothing is read, so that a broken profile is in nobody's way."""
    assert S3Manners().spelled_out("file:///a") == "file:///a"
