"""What is particular to S3: attributes, ACLs, refusals and faults, on SeaweedFS and on a Ceph gateway."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from certificates import Certificates
from faulty_proxy import RESET, FaultyProxy, SeenRequest, running_faulty_proxy
from filmstrip.domain.errors import (
    BucketNotFoundError,
    DestinationForbiddenError,
    DestinationRefusedError,
    DestinationUnreachableError,
    HostNotAllowedError,
)
from filmstrip.storage._base import TakesBack
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.running_program import free_ports
from filmstrip.testing.seaweedfs import S3Server
from raw_server import RawServer, running_raw_server
from store_cases import S3Case

pytestmark = pytest.mark.timeout(240)  # the Ceph gateway needs time to start

LARGE = b"large object " * ((20 << 20) // 13)


@pytest.fixture
def weed(seaweedfs: S3Server, tmp_path: Path) -> S3Case:
    return S3Case(seaweedfs, tmp_path)


@pytest.fixture
def gateway(ceph: S3Server, tmp_path: Path) -> S3Case:
    return S3Case(ceph, tmp_path)


@pytest.fixture(params=["seaweedfs", "ceph"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> S3Case:
    return S3Case(request.getfixturevalue(request.param), tmp_path)


@pytest.fixture
def proxy(weed: S3Case) -> Iterator[FaultyProxy]:
    with running_faulty_proxy(weed.server.port) as running:
        yield running


def _head(case: S3Case, key: str) -> dict[str, Any]:
    with closing(case.client()) as client:
        return dict(client.head_object(Bucket=case.bucket, Key=key))


def _open_uploads(case: S3Case) -> list[Any]:
    with closing(case.client()) as client:
        return list(client.list_multipart_uploads(Bucket=case.bucket).get("Uploads", []))


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("image/jpeg", "max-age=31536000"),
        ("video/mp4", "max-age=31536000"),
        ("text/vtt", "no-cache"),
        ("application/json", "no-cache"),
        ("application/vnd.apple.mpegurl", "no-cache"),
        ("application/dash+xml", "no-cache"),
    ],
)
def test_manifests_may_be_cached_otherwise(weed: S3Case, content_type: str, expected: str) -> None:
    """Pictures stay in caches for long, and what points at them is asked for again, if the client says so."""
    given = {"cache_control": "max-age=31536000", "manifest_cache_control": "no-cache"}
    with closing(weed.open("apart", **given)) as store:
        store.put("file", b"text", content_type)
    assert _head(weed, "apart/file")["CacheControl"] == expected
    with closing(weed.open("alike", cache_control="max-age=60")) as store:
        store.put("file", b"text", content_type)
    assert _head(weed, "alike/file")["CacheControl"] == "max-age=60"


@pytest.mark.parametrize("permissions", [None, "public-read"])
@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_attributes_are_kept(case: S3Case, content: bytes, permissions: str | None) -> None:
    """Content type, cache control and storage class reach the object, small or large, with an ACL or without."""
    given = {"cache_control": "public, max-age=86400", "storage_class": "STANDARD_IA", "permissions": permissions}
    with closing(case.open("out", **given)) as store:
        store.put("a.mp4", content, "video/mp4")
    head = _head(case, "out/a.mp4")
    assert (head["ContentType"], head["CacheControl"]) == ("video/mp4", "public, max-age=86400")
    assert (head["StorageClass"], head["ContentLength"]) == ("STANDARD_IA", len(content))


@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_public_objects_are_handed_to_anyone(gateway: S3Case, content: bytes) -> None:
    """What is put with `public-read` can be fetched without credentials; what is put without an ACL cannot."""
    with closing(gateway.open("out", permissions="public-read")) as store:
        store.put("open.mp4", content, "video/mp4")
        assert gateway.anonymous_status(store, "open.mp4") == 200
    for permissions in (None, "private", "authenticated-read"):
        with closing(gateway.open("out", permissions=permissions)) as store:
            store.put("closed.mp4", content, "video/mp4")
            assert gateway.anonymous_status(store, "closed.mp4") == 403


def test_a_public_object_becomes_private(gateway: S3Case) -> None:
    """Putting an object again with `private` takes it out of the public's hands."""
    for permissions, status in (("public-read", 200), ("private", 403)):
        with closing(gateway.open("out", permissions=permissions)) as store:
            store.put("a.png", b"x", "image/png")
            assert gateway.anonymous_status(store, "a.png") == status


@pytest.mark.parametrize("canned", ["public-read", "public-read-write", "authenticated-read", "bucket-owner-read"])
def test_canned_acls_are_taken_as_named(gateway: S3Case, canned: str) -> None:
    """Each ACL gives the object the grants that a client of Amazon's own gives it."""
    with closing(gateway.open("out", permissions=canned)) as store:
        store.put("ours.png", b"x", "image/png")
    with closing(gateway.client()) as client:
        client.put_object(Bucket=gateway.bucket, Key="out/theirs.png", Body=b"x", ACL=canned)
        ours, theirs = (
            client.get_object_acl(Bucket=gateway.bucket, Key=key)["Grants"]
            for key in ("out/ours.png", "out/theirs.png")
        )
    assert json.dumps(ours, sort_keys=True) == json.dumps(theirs, sort_keys=True)


@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_the_acl_goes_only_where_amazon_takes_it(weed: S3Case, proxy: FaultyProxy, content: bytes) -> None:
    """The ACL is on the request that makes the object and on none that carries or joins parts; it is signed."""
    with closing(
        weed.open("out", port=proxy.port, permissions="public-read", settings=weed.through(proxy.port))
    ) as store:
        store.put("a.mp4", content, "video/mp4")
    with_acl = [request for request in proxy.requests if "x-amz-acl" in request.headers]
    assert len(with_acl) == 1
    assert with_acl[0].method == ("POST" if content == LARGE else "PUT")
    assert with_acl[0].path.endswith("?uploads=" if content == LARGE else "/out/a.mp4")
    assert "x-amz-acl" in with_acl[0].headers["authorization"]


@pytest.mark.parametrize("connections", [1, 2, 4])
def test_parts_are_joined_in_order(case: S3Case, connections: int) -> None:
    """However many parts are under way at a time, a large object with an ACL is what was put."""
    content = b"".join(bytes([number]) * (8 << 20) for number in range(7))
    settings = replace(case.settings, connections=connections)
    with closing(case.open("out", permissions="public-read", settings=settings)) as store:
        store.put("a.mp4", content, "video/mp4")
        found = case.look(store, "a.mp4")
    assert found is not None
    assert found.content == content


@pytest.mark.parametrize(
    ("changes", "expected", "message"),
    [
        ({"secret": "wrong/secret"}, DestinationForbiddenError, "`secret` does not belong to `key`"),
        ({"key": "UNKNOWN"}, DestinationForbiddenError, "`key` is not known there"),
        ({"bucket": "nowhere-to-be-found"}, BucketNotFoundError, 'there is no bucket "nowhere-to-be-found"'),
    ],
    ids=["secret", "key", "bucket"],
)
@pytest.mark.parametrize("permissions", [None, "public-read"])
@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_refusals_say_what_is_wrong(
    case: S3Case, changes: dict[str, str], expected: type[Exception], message: str, permissions: str, content: bytes
) -> None:
    """Wrong credentials and a missing bucket are told by name, without a secret."""
    with (
        closing(case.open("out", permissions=permissions, **changes)) as store,
        pytest.raises(expected, match=message) as caught,
    ):
        store.put("a.mp4", content, "video/mp4")
    shown = repr(caught.value) + str(caught.value)
    assert case.server.secret not in shown
    assert "wrong/secret" not in shown
    assert caught.value.__cause__ is None


def test_an_unknown_storage_class_is_refused(case: S3Case) -> None:
    """A storage class that the server does not know is named as the reason."""
    with closing(case.open("out", storage_class="BOGUS")) as store, pytest.raises(DestinationRefusedError) as caught:
        store.put("a.png", b"x", "image/png")
    assert "`storage_class`" in str(caught.value)


@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_a_refused_acl_names_the_parameter(weed: S3Case, proxy: FaultyProxy, content: bytes) -> None:
    """A bucket with ACLs switched off, as Amazon makes them, leads to an error about `permissions`."""
    proxy.fault = lambda request: 400 if "x-amz-acl" in request.headers else None
    proxy.fault_body = b"<Error><Code>AccessControlListNotSupported</Code></Error>"
    settings = weed.through(proxy.port)
    with closing(weed.open("out", port=proxy.port, permissions="public-read", settings=settings)) as store:
        with pytest.raises(DestinationRefusedError, match="leave out `permissions`"):
            store.put("a.mp4", content, "video/mp4")
        assert weed.look(store, "a.mp4") is None


@pytest.mark.parametrize("fault", [503, 500, 429, RESET])
@pytest.mark.parametrize("permissions", [None, "public-read"])
@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_faults_that_pass_are_outlived(
    weed: S3Case, proxy: FaultyProxy, fault: int, permissions: str | None, content: bytes
) -> None:
    """A server that refuses or hangs up twice gets its object nevertheless, whole."""
    settings = weed.through(proxy.port)
    with closing(weed.open("out", port=proxy.port, permissions=permissions, settings=settings)) as store:
        proxy.fail_first(2, fault)
        store.put("a.mp4", content, "video/mp4")
        found = weed.look(store, "a.mp4")
    assert found is not None
    assert found.content == content


@pytest.mark.parametrize("fault", [503, RESET])
@pytest.mark.parametrize("permissions", [None, "public-read"])
def test_faults_that_stay_are_told(weed: S3Case, proxy: FaultyProxy, fault: int, permissions: str | None) -> None:
    """A server that never takes the object is reported as such, as something that may be retried."""
    proxy.fault = lambda _request: fault
    settings = weed.through(proxy.port)
    with (
        closing(weed.open("out", port=proxy.port, permissions=permissions, settings=settings)) as store,
        pytest.raises(DestinationUnreachableError) as caught,
    ):
        store.put("a.mp4", LARGE, "video/mp4")
    assert caught.value.is_retryable


@pytest.mark.parametrize("permissions", [None, "public-read"])
def test_a_failed_upload_leaves_nothing(weed: S3Case, proxy: FaultyProxy, permissions: str | None) -> None:
    """When a part is refused, the former object stays and no parts are left to be paid for."""

    def refuse_second_part(request: SeenRequest) -> int | None:
        return 400 if "partNumber=2" in request.path else None

    settings = weed.through(proxy.port)
    with closing(weed.open("out", port=proxy.port, permissions=permissions, settings=settings)) as store:
        store.put("a.mp4", b"former", "video/mp4")
        proxy.fault = refuse_second_part
        with pytest.raises(DestinationRefusedError):
            store.put("a.mp4", LARGE, "video/mp4")
        found = weed.look(store, "a.mp4")
    assert found is not None
    assert found.content == b"former"
    assert _open_uploads(weed) == []


def test_an_unreachable_host_is_told(weed: S3Case) -> None:
    """A host on which nothing listens is reported with its address."""
    (port,) = free_ports(1)
    with (
        closing(weed.open("out", port=port, settings=weed.through(port))) as store,
        pytest.raises(DestinationUnreachableError, match=f"127.0.0.1:{port}"),
    ):
        store.put("a.png", b"x", "image/png")


def _speak_otherwise(_server: RawServer, connection: socket.socket, _head: str) -> None:
    connection.sendall(b"220 mail.example.com ESMTP\r\n")


@pytest.mark.parametrize("is_judged", [False, True], ids=["named", "judged"])
@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_a_store_that_does_not_answer_is_told_with_the_reason(weed: S3Case, content: bytes, *, is_judged: bool) -> None:
    """Whichever library asks, by which way: the reason is in the sentence, in our words."""
    settings = replace(weed.settings, retries=0, put_timeout_seconds=1, plain_http_hosts=("127.0.0.1", "no.invalid"))
    settings = replace(settings, private_hosts=("127.0.0.0/8",) if is_judged else ("127.0.0.1", "no.invalid"))
    (closed,) = free_ports(1)
    with ExitStack() as running:
        silent = running.enter_context(running_raw_server())
        other = running.enter_context(running_raw_server(_speak_otherwise))
        cases = [
            (f"127.0.0.1:{closed}", "no connection comes about"),
            ("no.invalid", "its name is not known"),
            (f"127.0.0.1:{silent.port}", "the connection broke"),
            (f"127.0.0.1:{other.port}", "it does not answer as a web server does|the connection broke"),
        ]
        for place, reason in cases:
            url = f"s3://{place}/bucket/out"
            for permissions in (None, "public-read"):
                with (
                    closing(weed.open("out", url=url, settings=settings, permissions=permissions)) as store,
                    pytest.raises(DestinationUnreachableError, match=rf"cannot be reached \(({reason})\)$"),
                ):
                    store.put("a.png", content, "image/png")


def test_http_where_https_is_meant_is_told(weed: S3Case) -> None:
    """A store that does not speak https is told with the setting that says so."""
    settings = replace(weed.settings, plain_http_hosts=(), retries=0)
    with (
        closing(weed.open("out", settings=settings)) as store,
        pytest.raises(DestinationUnreachableError, match=r"does not speak https; .* the setting plain_http_hosts"),
    ):
        store.put("a.png", b"x", "image/png")


def test_a_host_has_to_be_allowed(weed: S3Case) -> None:
    """A store on a private address is not even opened unless the operator allows it."""
    with pytest.raises(HostNotAllowedError, match=r'"127\.0\.0\.1".*private_hosts'):
        weed.open("out", settings=replace(weed.settings, private_hosts=()))


@pytest.mark.parametrize("permissions", [None, "public-read"])
@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_objects_go_through_the_egress_policy(
    weed: S3Case, certificates: Certificates, scheme: str, content: bytes, permissions: str | None
) -> None:
    """A host that is allowed by its address, not by its name, is reached by judged connections, http and https."""
    server = weed.server
    port = server.port if scheme == "http" else server.https_port
    settings = StorageSettings(
        weed.settings.temporary_root,
        private_hosts=("127.0.0.0/8",),
        plain_http_hosts=(f"localhost:{server.port}",),
        ca_file=certificates.authority,
        retries=1,
    )
    url = f"s3://localhost:{port}/{weed.bucket}/out"
    with closing(weed.open("out", url=url, permissions=permissions, settings=settings)) as store:
        store.put("a.mp4", content, "video/mp4")
        found = weed.look(store, "a.mp4")
    assert found is not None
    assert found.content == content


def test_an_unknown_authority_is_not_trusted(weed: S3Case) -> None:
    """A certificate of an authority that nobody named is not good enough."""
    url = f"s3://localhost:{weed.server.https_port}/{weed.bucket}/out"
    settings = replace(weed.settings, private_hosts=("localhost",), retries=0)
    with closing(weed.open("out", url=url, settings=settings)) as store, pytest.raises(DestinationUnreachableError):
        store.put("a.png", b"x", "image/png")


def test_a_folder_is_no_place_for_one_file(weed: S3Case) -> None:
    """An output of one file needs a destination that names the file."""
    with pytest.raises(DestinationRefusedError, match="names a folder"):
        weed.open("out/", is_folder=False)


def test_a_location_is_told_as_the_status_wants_it(weed: S3Case) -> None:
    """Bucket, key, host, scheme and port of an object are told, and a URL that leads to it."""
    with closing(weed.open("test/thumb/", is_folder=True)) as store:
        location, folder = store.locate("thumb 1.png"), store.locate("")
    server = weed.server
    assert (location.kind, location.bucket, location.key) == ("custom_s3", weed.bucket, "test/thumb/thumb 1.png")
    assert (location.scheme, location.host, location.port) == ("http", server.host, server.port)
    assert location.url == f"{server.url}/{weed.bucket}/test/thumb/thumb%201.png"
    assert folder.key == "test/thumb"


def test_a_public_bucket_hands_out_its_objects(seaweedfs: S3Server, weed: S3Case) -> None:
    """A bucket that is made public hands out objects without any ACL."""
    bucket = weed.bucket + "-public"
    seaweedfs.make_bucket(bucket, public=True)
    with closing(weed.open("out", bucket=bucket)) as store:
        store.put("a.png", b"x", "image/png")
        assert weed.anonymous_status(store, "a.png") == 200
    with closing(weed.open("out")) as store:
        store.put("a.png", b"x", "image/png")
        assert weed.anonymous_status(store, "a.png") == 403


def test_errors_hold_no_secret(weed: S3Case) -> None:
    """Nothing that a store shows of itself holds the secret."""
    with closing(weed.open("out")) as store:
        assert weed.server.secret not in repr(store) + repr(vars(store))
    assert weed.server.secret not in repr(weed.server)


@pytest.mark.parametrize("is_folder", [True, False])
def test_uploads_that_nobody_goes_on_with(case: S3Case, *, is_folder: bool) -> None:
    """Those of this place that were begun since a moment are given up, and no others."""
    # A server's clock may count in whole seconds.
    since = datetime.now(UTC).replace(microsecond=0)
    names = ["film & co.mp4", "film & co.mp4", "film & co.mp4.part"] if not is_folder else ["a.mp4", "deep/b.mp4", "c"]
    base = "out/" if not is_folder else "out/folder/"
    with closing(case.client()) as client:
        for key in (*(base + name for name in names), "out/folderless", "other/film.mp4"):
            client.create_multipart_upload(Bucket=case.bucket, Key=key)
        with closing(case.open("out/folder" if is_folder else "out/film & co.mp4", is_folder=is_folder)) as store:
            assert isinstance(store, TakesBack)
            store.take_back(since + timedelta(hours=1))
            assert len(client.list_multipart_uploads(Bucket=case.bucket)["Uploads"]) == 5
            store.take_back(since)
        left = {upload["Key"] for upload in client.list_multipart_uploads(Bucket=case.bucket)["Uploads"]}
    others = {"out/folderless", "other/film.mp4"}
    assert left == (others if is_folder else others | {"out/film & co.mp4.part"})
