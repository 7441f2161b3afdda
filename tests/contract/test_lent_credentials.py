"""Credentials that are lent to a place: temporary ones, changed ones, and the region that the server names itself."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import boto3
import pytest

from faulty_proxy import FaultyProxy, SeenRequest, running_faulty_proxy
from filmstrip.cli.main import run
from filmstrip.domain.errors import DestinationForbiddenError, DestinationRefusedError, SourceForbiddenError
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.sample_video import make_sample
from filmstrip.params.destination import Destination
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.lender import Loan, S3Keys
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import find_source, open_source
from filmstrip.testing.seaweedfs import S3Server
from store_cases import S3Case

pytestmark = pytest.mark.timeout(240)  # the Ceph gateway needs time to start

CONTENT = os.urandom(1 << 17)
LARGE = b"large object " * ((20 << 20) // 13)
REGION = "eu-elsewhere-7"
MALFORMED = f"<Error><Code>AuthorizationHeaderMalformed</Code><Region>{REGION}</Region></Error>".encode()


@dataclass(frozen=True)
class Purse:
    """Lends what is in it now to every place."""

    read: Callable[[], S3Keys]

    def loan(self, place: Destination) -> Loan | None:
        return None if place.key else Loan(self.read)


@pytest.fixture
def weed(seaweedfs: S3Server, tmp_path: Path) -> S3Case:
    return S3Case(seaweedfs, tmp_path)


@pytest.fixture
def proxy(weed: S3Case) -> Iterator[FaultyProxy]:
    with running_faulty_proxy(weed.server.port) as running:
        yield running


def url_in(case: S3Case, name: str, port: int | None = None) -> str:
    return f"s3://{case.server.host}:{port or case.server.port}/{case.bucket}/{name}"


def read_all(url: str, settings: StorageSettings, purse: Purse) -> bytes:
    reference, facts = find_source(url, settings, None, purse)
    assert facts.supports_ranges
    with closing(open_source(reference, settings)) as ranges:  # type: ignore[type-var]
        assert isinstance(ranges, SourceRanges)
        return ranges.read_range(0, ranges.size_bytes)


def temporary_keys(ceph: S3Server) -> S3Keys:
    given = {"aws_access_key_id": ceph.key, "aws_secret_access_key": ceph.secret}
    make_client = partial(boto3.client, endpoint_url=ceph.url, region_name="us-east-1", **given)
    allowed = {"Effect": "Allow", "Action": ["sts:GetSessionToken", "s3:*"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    with closing(make_client("iam")) as client:
        client.put_user_policy(UserName="test", PolicyName="tokens", PolicyDocument=policy)
    with closing(make_client("sts")) as client:
        answer = client.get_session_token()["Credentials"]
    return S3Keys(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])


def test_temporary_credentials_of_a_real_server(ceph: S3Server, tmp_path: Path) -> None:
    """A key with its session token puts, lists, signs and reads; without the token it does nothing."""
    case = S3Case(ceph, tmp_path)
    keys = temporary_keys(ceph)
    purse, nameless = Purse(lambda: keys), {"key": None, "secret": None}
    with closing(case.open("out", lender=purse, **nameless)) as store:
        store.put("small.png", CONTENT, "image/png")
        store.put("large.mp4", LARGE, "video/mp4")
        assert set(store.names()) == {"small.png", "large.mp4"}
    with closing(case.open("out", lender=purse, permissions="public-read", **nameless)) as store:
        store.put("with an acl.mp4", LARGE, "video/mp4")
        found = case.look(store, "with an acl.mp4")
    assert found is not None
    assert found.content == LARGE
    assert read_all(url_in(case, "out/small.png"), case.settings, purse) == CONTENT
    half = Purse(lambda: replace(keys, session_token=None))
    with closing(case.open("out", lender=half, **nameless)) as store, pytest.raises(DestinationForbiddenError):
        store.put("small.png", b"other", "image/png")
    with pytest.raises(SourceForbiddenError):
        read_all(url_in(case, "out/small.png"), case.settings, half)


def test_temporary_credentials_on_the_command_line(
    ceph: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A session token beside its key reads and writes; without it the same key is refused."""
    case, keys = S3Case(ceph, tmp_path), temporary_keys(ceph)
    make_sample(tmp_path / "sample.mp4", MediaSettings(), lambda _fraction: None, duration_seconds=1)
    for name in [name for name in os.environ if name.startswith(("FILMSTRIP_", "AWS_"))]:
        monkeypatch.delenv(name)
    variables = {"ACCESS_KEY_ID": keys.key, "SECRET_ACCESS_KEY": keys.secret, "SESSION_TOKEN": keys.session_token or ""}
    variables |= {"ENDPOINT_URL": ceph.url, "CONFIG_FILE": "/dev/null", "SHARED_CREDENTIALS_FILE": "/dev/null"}
    for name, value in variables.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    assert run(["thumbnails", str(tmp_path / "sample.mp4"), f"s3://{case.bucket}/t/", "--interval", "4"]) == 0
    picture = f"s3://{case.bucket}/t/thumb_0001.png"
    assert run(["probe", picture]) == 0
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    capsys.readouterr()
    assert run(["probe", picture]) == 1
    errors = capsys.readouterr().err
    assert "refuses to hand it out" in errors
    assert keys.secret not in errors


@pytest.mark.parametrize(("content", "permissions"), [(b"small", None), (LARGE, None), (LARGE, "public-read")])
def test_changed_credentials_are_read_again(weed: S3Case, content: bytes, permissions: str | None) -> None:
    """A store that is open when the key is changed goes on with the new one, and asks no more often than that."""
    right, read = S3Keys(weed.server.key, weed.server.secret), []

    def change() -> S3Keys:
        read.append(1)
        return S3Keys("FORMERKEY", "former secret") if len(read) == 1 else right

    nameless = {"key": None, "secret": None, "permissions": permissions}
    with closing(weed.open("out", lender=Purse(change), **nameless)) as store:
        store.put("a.mp4", content, "video/mp4")
        store.put("b.mp4", b"more", "video/mp4")
        found = weed.look(store, "a.mp4")
    assert found is not None
    assert found.content == content
    assert len(read) == 2


def test_wrong_credentials_that_stay_are_told(weed: S3Case) -> None:
    """What is wrong still after it was read again fails, without naming what the client never gave."""
    server = weed.server
    loan = Loan(lambda: S3Keys("FORMERKEY", "former"), host=f"{server.host}:{server.port}", is_plain_http=True)

    class Operator:
        def loan(self, _place: Destination) -> Loan:
            return loan

    with (
        closing(weed.open("out", lender=Operator(), key=None, secret=None)) as store,
        pytest.raises(DestinationForbiddenError, match="refuses the credentials of this service's operator") as told,
    ):
        store.put("a.png", b"x", "image/png")
    assert "`key`" not in str(told.value)
    assert "FORMER" not in str(told.value)


def test_variables_of_the_operator_s_shell_reach_no_client_s_place(
    weed: S3Case, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session token, another endpoint and the like in the environment change no request and are sent to nobody."""
    variables = {"SESSION_TOKEN": "hush", "TOKEN": "hush", "ACCESS_KEY_ID": "hush", "SECRET_ACCESS_KEY": "hush"}
    variables |= {"ENDPOINT_URL_S3": "http://127.0.0.1:9", "ENDPOINT_URL": "http://127.0.0.1:9", "BUCKET": "other"}
    variables |= {"REQUEST_PAYER": "true", "S3_EXPRESS": "true", "SKIP_SIGNATURE": "true", "UNSIGNED_PAYLOAD": "true"}
    variables |= {"REGION": "eu-hush-1", "VIRTUAL_HOSTED_STYLE_REQUEST": "true"}
    for name, value in variables.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    settings = weed.through(proxy.port)
    for permissions in (None, "public-read"):
        with closing(weed.open("out", port=proxy.port, settings=settings, permissions=permissions)) as store:
            store.put("a.mp4", CONTENT, "video/mp4")
            store.put("b.mp4", LARGE, "video/mp4")
            assert "hush" not in store.presign(["a.mp4"], 1)["a.mp4"]  # type: ignore[attr-defined]
    purse = Purse(lambda: S3Keys(weed.server.key, weed.server.secret))
    assert read_all(url_in(weed, "out/a.mp4", proxy.port), settings, purse) == CONTENT
    sent = [request.path + str(request.headers) for request in proxy.requests]
    assert len(sent) > 6
    assert not any(word in each for each in sent for word in ("hush", "security-token", "payer"))


def signed_elsewhere(request: SeenRequest) -> bool:
    """Whether a request is signed for another region than the bucket's."""
    scope = request.headers.get("authorization", "") + request.path
    return f"/{REGION}/" not in scope.replace("%2F", "/")


@pytest.mark.parametrize(("content", "permissions"), [(b"small", None), (LARGE, None), (LARGE, "public-read")])
def test_a_destination_follows_the_region_that_its_server_names(
    weed: S3Case, proxy: FaultyProxy, content: bytes, permissions: str | None
) -> None:
    """A server that refuses one region and names another gets the object, and is asked wrongly once only."""
    proxy.fault, proxy.fault_body = lambda request: 400 if signed_elsewhere(request) else None, MALFORMED
    settings = weed.through(proxy.port)
    with closing(weed.open("out", port=proxy.port, settings=settings, permissions=permissions)) as store:
        store.put("a.mp4", content, "video/mp4")
        store.put("b.mp4", b"more", "video/mp4")
        found = weed.look(store, "a.mp4")
    assert found is not None
    assert found.content == content
    assert sum(map(signed_elsewhere, proxy.requests)) == 1


def test_a_destination_asks_for_its_region_where_it_is_redirected(weed: S3Case, proxy: FaultyProxy) -> None:
    """A redirect that does not say where to, as Amazon's of another region, is followed by the header's region."""
    proxy.fault = lambda request: 301 if signed_elsewhere(request) else None
    proxy.fault_headers = {"x-amz-bucket-region": REGION}
    with closing(weed.open("out", port=proxy.port, settings=weed.through(proxy.port))) as store:
        store.put("a.mp4", b"small", "video/mp4")
        assert weed.look(store, "a.mp4") is not None


def test_addresses_are_signed_for_the_bucket_s_region(weed: S3Case, proxy: FaultyProxy) -> None:
    """Nobody can mend a signed address afterwards: the region is asked for first."""
    proxy.fault = lambda request: 301 if signed_elsewhere(request) else None
    proxy.fault_headers = {"x-amz-bucket-region": REGION}
    with closing(weed.open("out", port=proxy.port, settings=weed.through(proxy.port))) as store:
        assert REGION in store.presign(["a.png"], 1)["a.png"]  # type: ignore[attr-defined]
    assert [request.method for request in proxy.requests] == ["HEAD"]


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [(400, MALFORMED, {}), (301, b"<Code>PermanentRedirect</Code>", {"x-amz-bucket-region": REGION})],
)
def test_a_source_follows_the_region_that_its_server_names(
    weed: S3Case, proxy: FaultyProxy, status: int, body: bytes, headers: dict[str, str]
) -> None:
    """A source is signed anew for the region that its server names, in the answer's text or in its header."""
    with closing(weed.open("in")) as store:
        store.put("a.mp4", CONTENT, "video/mp4")
    proxy.fault = lambda request: status if signed_elsewhere(request) else None
    proxy.fault_body, proxy.fault_headers = body, headers
    purse = Purse(lambda: S3Keys(weed.server.key, weed.server.secret))
    assert read_all(url_in(weed, "in/a.mp4", proxy.port), weed.through(proxy.port), purse) == CONTENT
    assert sum(map(signed_elsewhere, proxy.requests)) == 1


@pytest.mark.parametrize("named", ["us-east-1", "x" * 4000, "evil.example/", "eu-1\r\nX: y", ""])
def test_a_server_that_names_no_other_region_is_believed_once(weed: S3Case, proxy: FaultyProxy, named: str) -> None:
    """Nonsense and the same region again end in the server's refusal, and never become a part of an address."""
    proxy.fault = lambda request: 400 if request.method == "PUT" else None
    proxy.fault_body = f"<Error><Code>AuthorizationHeaderMalformed</Code><Region>{named}</Region></Error>".encode()
    with (
        closing(weed.open("out", port=proxy.port, settings=weed.through(proxy.port))) as store,
        pytest.raises(DestinationRefusedError, match="AuthorizationHeaderMalformed"),
    ):
        store.put("a.png", b"x", "image/png")
    assert len(proxy.requests) == 1
