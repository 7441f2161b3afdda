"""Does what the operator says about a server hold for destinations and sources?"""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from filmstrip.domain.errors import DestinationRefusedError, HostNotAllowedError
from filmstrip.params.destination import Destination
from filmstrip.storage.host_rule import HostRule, rule_for
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.opening import open_store
from filmstrip.storage.sources import open_source, refer_to_source
from filmstrip.testing.seaweedfs import S3Server
from store_cases import S3Case


@pytest.fixture
def case(seaweedfs: S3Server, tmp_path: Path) -> S3Case:
    """A bucket whose server may only be reached by a rule."""
    case = S3Case(seaweedfs, tmp_path)
    case.settings = replace(case.settings, private_hosts=(), plain_http_hosts=(), retries=0)
    return case


def _place(case: S3Case, host: str, **changes: object) -> dict[str, object]:
    place = {"url": f"s3://{host}/{case.bucket}/", "key": case.server.key, "secret": case.server.secret}
    return place | changes


def test_a_server_is_reached_where_the_operator_says(case: S3Case) -> None:
    """Clients name the server; only its rule knows that it is a gateway in the operator's own network."""
    rule = HostRule(host="s3.example.com", endpoint=f"http://{case.server.host}:{case.server.port}", region="eu-x-1")
    settings = replace(case.settings, hosts=(rule,))
    place = Destination.model_validate(_place(case, "s3.example.com"))
    with closing(open_store(place, settings, is_folder=True)) as store:
        store.put("a.mp4", b"film", "video/mp4")
        assert store.locate("a.mp4").url == f"https://s3.example.com/{case.bucket}/a.mp4"
        assert case.look(store, "a.mp4") is not None
    login = f"{case.server.key}:{case.server.secret}"
    opened = open_source(f"s3://{login}@s3.example.com/{case.bucket}/a.mp4", settings)
    assert isinstance(opened, SourceRanges)
    with closing(opened):
        assert opened.read_range(0, 4) == b"film"
    other = Destination.model_validate(_place(case, f"{case.server.host}:{case.server.port}"))
    with pytest.raises(HostNotAllowedError):
        open_store(other, settings, is_folder=True)


def test_a_bucket_may_be_a_part_of_the_host(case: S3Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """As servers want it that know no other style: for signed addresses, for the client library and for our own."""
    endpoint = f"http://localhost:{case.server.port}"
    rule = HostRule(host="s3.example.com", endpoint=endpoint, bucket_hosts=True)
    settings = replace(case.settings, hosts=(rule,))
    with closing(case.open("", settings=case.through(case.server.port))) as store:
        store.put("a b.mp4", b"film", "video/mp4")
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *more, **named: look_up("localhost", *more, **named))
    login = f"{case.server.key}:{case.server.secret}"
    url = f"s3://{login}@s3.example.com/{case.bucket}/a b.mp4"
    assert refer_to_source(url, settings).url.startswith(
        f"http://{case.bucket}.localhost:{case.server.port}/a%20b.mp4?"
    )
    opened = open_source(url, settings)
    assert isinstance(opened, SourceRanges)
    with closing(opened):
        assert opened.read_range(0, 4) == b"film"
    large = b"film" * (5 << 20)
    place = Destination.model_validate(_place(case, "s3.example.com", permissions="public-read"))
    with closing(open_store(place, settings, is_folder=True)) as store:
        store.put("large.mp4", large, "video/mp4")
        found = case.look(store, "large.mp4")
    assert found is not None
    assert found.content == large


def test_acls_that_a_server_has_not_are_refused(case: S3Case) -> None:
    """Before anything is put."""
    rule = HostRule(host="s3.example.com", endpoint="http://127.0.0.1:9", has_acl=False)
    place = Destination.model_validate(_place(case, "s3.example.com", permissions="public-read"))
    with pytest.raises(DestinationRefusedError, match="has no ACLs of objects: leave out `permissions`"):
        open_store(place, replace(case.settings, hosts=(rule,)), is_folder=True)


def test_a_rule_with_a_port_wins() -> None:
    """Over that for the whole host."""
    whole, one = HostRule(host="minio", region="a-b"), HostRule(host="minio:9000", region="c-d")
    assert rule_for("minio", 9000, (whole, one)) is one
    assert rule_for("minio", 9001, (whole, one)) is whole
    assert rule_for("other", None, (whole, one)) is None
