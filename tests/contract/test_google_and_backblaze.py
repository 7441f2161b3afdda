"""Google's and Backblaze's buckets by their S3 interfaces, which SeaweedFS stands in for: none of theirs is here."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from filmstrip.domain.errors import (
    DestinationForbiddenError,
    DestinationUnreachableError,
    SourceForbiddenError,
    SourceUnreachableError,
)
from filmstrip.params.destination import Destination
from filmstrip.storage.host_rule import HostRule
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.lender import loan_for
from filmstrip.storage.lending.named_stores import StoreLender
from filmstrip.storage.named_store import NamedStore
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import find_source, open_source
from filmstrip.testing.seaweedfs import S3Server
from raw_server import RawServer, running_raw_server
from store_cases import S3Case

CONTENT = bytes(range(256)) * 4000


@dataclass
class BackblazeApi:
    """What the API of Backblaze says of accounts: the one thing that is asked of it."""

    case: S3Case
    server: RawServer | None = None
    status: str = "200 OK"
    answers: list[Any] = field(default_factory=list)

    def answer(self, _server: RawServer, connection: socket.socket, _head: str) -> None:
        s3 = self.case.server
        told = {"apiInfo": {"storageApi": {"s3ApiUrl": f"http://{s3.host}:{s3.port}"}}}
        body = json.dumps(self.answers.pop() if self.answers else told).encode()
        connection.sendall(f"HTTP/1.1 {self.status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


@pytest.fixture
def google(seaweedfs: S3Server, tmp_path: Path) -> S3Case:
    """A bucket that settings put in the place of Google's."""
    case = S3Case(seaweedfs, tmp_path)
    rule = HostRule(host="storage.googleapis.com", endpoint=f"http://{seaweedfs.host}:{seaweedfs.port}")
    case.settings = replace(case.settings, hosts=(rule,), private_hosts=(), plain_http_hosts=())
    return case


@pytest.fixture
def api(seaweedfs: S3Server, tmp_path: Path) -> Iterator[BackblazeApi]:
    """The API, and a bucket that it names."""
    api = BackblazeApi(S3Case(seaweedfs, tmp_path))
    with running_raw_server(api.answer) as server:
        api.server = server
        rule = HostRule(host="api.backblazeb2.com", endpoint=f"http://127.0.0.1:{server.port}")
        api.case.settings = replace(api.case.settings, hosts=(rule,))
        yield api


def _read(url: str, settings: StorageSettings) -> bytes:
    reference, _facts = find_source(url, settings)
    opened = open_source(reference, settings)
    assert isinstance(opened, SourceRanges)
    with closing(opened):
        return opened.read_range(0, len(CONTENT))


def _destination(scheme: str, case: S3Case, **changes: object) -> Destination:
    place = {"url": f"{scheme}://{case.bucket}/out/", "key": case.server.key, "secret": case.server.secret}
    return Destination.model_validate(place | changes)


def _login(case: S3Case) -> str:
    return f"{case.server.key}:{case.server.secret.replace('/', '%2F')}"


def test_google_is_its_s3_interface(google: S3Case) -> None:
    """What is put there is there with its headers, is told by Google's address, and can be read as a source."""
    place = _destination("gs", google, permissions="public-read", cache_control="max-age=5")
    with closing(open_store(place, google.settings, is_folder=True)) as store:
        store.put("a.mp4", CONTENT, "video/mp4")
        found = google.look(store, "a.mp4")
        assert found is not None
        assert (found.content, found.content_type) == (CONTENT, "video/mp4")
        location = store.locate("a.mp4")
    assert location.url == f"https://storage.googleapis.com/{google.bucket}/out/a.mp4"
    assert _read(f"gs://{_login(google)}@{google.bucket}/out/a.mp4", google.settings) == CONTENT


def test_a_lent_bucket_of_google_needs_no_key(google: S3Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom it is lent to writes gs:// without one, as a destination and as a source; others have no such bucket."""
    monkeypatch.setenv("G_KEY", google.server.key)
    monkeypatch.setenv("G_SECRET", google.server.secret)
    endpoint, variables = "https://storage.googleapis.com", {"key_variable": "G_KEY", "secret_variable": "G_SECRET"}
    lent = NamedStore(name="g", endpoint=endpoint, bucket=google.bucket, prefix="out", api_keys=("shop",), **variables)
    shop, other = StoreLender((lent,), "shop"), StoreLender((lent,), "other")
    place = Destination.model_validate({"url": f"gs://{google.bucket}/out/"})
    assert loan_for(place, other) is None
    assert loan_for(Destination.model_validate({"url": f"gs://{google.bucket}/else/"}), shop) is None
    with closing(open_store(place, google.settings, is_folder=True, lender=shop)) as store:
        store.put("a.mp4", CONTENT, "video/mp4")
    reference, facts = find_source(f"gs://{google.bucket}/out/a.mp4", google.settings, lender=shop)
    assert facts.version.size_bytes == len(CONTENT)
    assert google.server.secret not in reference.url


def test_a_service_account_of_google_is_refused_with_what_to_do() -> None:
    """Its JSON is no HMAC key."""
    secret = json.dumps({"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\nx"}, indent=1)
    with pytest.raises(ValidationError, match="is a service account in JSON: make an HMAC key for it"):
        Destination.model_validate({"url": "gs://bucket/a", "key": "me", "secret": secret})


def test_backblaze_tells_where_its_buckets_are(api: BackblazeApi) -> None:
    """Its API is asked once for a store, with the key; then it is an S3 server."""
    assert api.server is not None
    with closing(open_store(_destination("b2", api.case), api.case.settings, is_folder=True)) as store:
        for name in ("a.mp4", "b.mp4"):
            store.put(name, CONTENT, "video/mp4")
        assert store.locate("a.mp4").url == f"b2://{api.case.bucket}/out/a.mp4"
    assert len(api.server.heads) == 1
    assert "authorization: basic" in api.server.heads[0].lower()
    assert _read(f"b2://{_login(api.case)}@{api.case.bucket}/out/b.mp4", api.case.settings) == CONTENT


@pytest.mark.parametrize(
    ("status", "forbidden"), [("401 Unauthorized", True), ("503 Busy", False), ("302 Elsewhere", False)]
)
def test_what_backblaze_refuses_is_told(api: BackblazeApi, status: str, *, forbidden: bool) -> None:
    """As wrong credentials, or as something that may be better later."""
    api.status = status
    settings = replace(api.case.settings, retries=0)
    with (
        closing(open_store(_destination("b2", api.case), settings, is_folder=True)) as store,
        pytest.raises(DestinationForbiddenError if forbidden else DestinationUnreachableError),
    ):
        store.put("a.mp4", b"x", "video/mp4")
    with pytest.raises(SourceForbiddenError if forbidden else SourceUnreachableError) as told:
        find_source(f"b2://{_login(api.case)}@{api.case.bucket}/a.mp4", settings)
    assert api.case.server.secret not in str(told.value)


@pytest.mark.parametrize("told", [[], {}, {"apiInfo": 5}, {"apiInfo": {"storageApi": {"s3ApiUrl": "file:///etc"}}}])
def test_nonsense_of_the_api_is_told(api: BackblazeApi, told: object) -> None:
    """And leads nowhere."""
    api.answers = [told]
    settings = replace(api.case.settings, retries=0)
    with (
        closing(open_store(_destination("b2", api.case), settings, is_folder=True)) as store,
        pytest.raises(DestinationUnreachableError, match="does not answer as the API of Backblaze does"),
    ):
        store.put("a.mp4", b"x", "video/mp4")


def test_what_has_no_acl_is_refused_when_it_is_asked_for() -> None:
    """Backblaze and Cloudflare have none of objects."""
    for url in (
        "b2://bucket/a",
        "s3://s3.us-west-004.backblazeb2.com/bucket/a",
        "s3://1a.r2.cloudflarestorage.com/bu/a",
    ):
        with pytest.raises(ValidationError, match="does not exist"):
            Destination.model_validate({"url": url, "permissions": "public-read"})
        assert Destination.model_validate({"url": url, "permissions": "private"})
