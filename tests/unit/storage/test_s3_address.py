"""What an S3 URL means, and for which region requests are signed."""

from __future__ import annotations

import pytest

from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.storage.s3.address import S3Address, region_of

REGIONS = {
    "nyc3.digitaloceanspaces.com": "nyc3",
    "bucket.fra1.digitaloceanspaces.com": "fra1",
    "s3.us-west-2.amazonaws.com": "us-west-2",
    "s3-eu-west-1.amazonaws.com": "eu-west-1",
    "s3.amazonaws.com": "us-east-1",
    "bucket.s3.ap-southeast-2.amazonaws.com": "ap-southeast-2",
    "s3.dualstack.eu-central-1.amazonaws.com": "eu-central-1",
    "s3.cn-north-1.amazonaws.com.cn": "cn-north-1",
    "s3.us-gov-west-1.amazonaws.com": "us-gov-west-1",
    "0123abc.r2.cloudflarestorage.com": "auto",
    "0123abc.eu.r2.cloudflarestorage.com": "auto",
    "s3.us-west-004.backblazeb2.com": "us-west-004",
    "storage.googleapis.com": "auto",
    "s3.wasabisys.com": "us-east-1",
    "s3.eu-central-1.wasabisys.com": "eu-central-1",
    "us-east-1.linodeobjects.com": "us-east-1",
    "s3.fr-par.scw.cloud": "fr-par",
    "s3.gra.io.cloud.ovh.net": "gra",
    "fsn1.your-objectstorage.com": "fsn1",
    "ewr1.vultrobjects.com": "ewr1",
    "oss-cn-hangzhou.aliyuncs.com": "oss-cn-hangzhou",
    "cos.ap-guangzhou.myqcloud.com": "ap-guangzhou",
    "ns.compat.objectstorage.us-ashburn-1.oraclecloud.com": "us-ashburn-1",
    "sos-ch-gva-2.exo.io": "ch-gva-2",
    "fly.storage.tigris.dev": "auto",
    "S3.US-WEST-2.AMAZONAWS.COM": "us-west-2",
    "minio.example.com": "us-east-1",
    "127.0.0.1": "us-east-1",
    "nyc3.digitaloceanspaces.com.evil.example": "us-east-1",
}


@pytest.mark.parametrize(("host", "region"), REGIONS.items())
def test_the_region_follows_from_the_host(host: str, region: str) -> None:
    """Each provider's hosts tell their region; others get what self-hosted servers expect."""
    assert region_of(host) == region


def _parse(url: str, *plain_http_hosts: str) -> S3Address:
    return S3Address.parse(url, plain_http_hosts, DestinationRefusedError)


@pytest.mark.parametrize(
    ("url", "endpoint", "bucket", "key", "names_folder"),
    [
        (
            "s3://nyc3.digitaloceanspaces.com/b-1/k/v.mp4",
            "https://nyc3.digitaloceanspaces.com",
            "b-1",
            "k/v.mp4",
            False,
        ),
        ("s3://minio:9000/bucket/folder/", "https://minio:9000", "bucket", "folder", True),
        ("s3://minio:9000/bucket", "https://minio:9000", "bucket", "", True),
        ("s3://minio:9000/bucket/", "https://minio:9000", "bucket", "", True),
        ("S3://Minio:9000/bucket/a%20b?c#d", "https://minio:9000", "bucket", "a%20b?c#d", False),
        ("s3://[fd00::1]:9000/bucket/k", "https://[fd00::1]:9000", "bucket", "k", False),
    ],
)
def test_a_url_is_taken_apart(url: str, endpoint: str, bucket: str, key: str, names_folder: bool) -> None:  # noqa: FBT001
    """Host, port, bucket and key are taken as they stand; nothing in a key is an escape or a query."""
    address = _parse(url)
    assert (address.endpoint, address.bucket, address.key) == (endpoint, bucket, key)
    assert address.names_folder is names_folder


@pytest.mark.parametrize(
    "url", ["s3://host", "s3://host/", "s3:///bucket/key", "s3://host/b/key", "s3://host/bu cket/k"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """A URL without a host or a bucket that could exist is refused with the form that is expected."""
    with pytest.raises(DestinationRefusedError, match="BUCKET/KEY"):
        _parse(url)


@pytest.mark.parametrize(
    ("plain", "endpoint"),
    [
        ("minio", "http://minio:9000"),
        ("minio:9000", "http://minio:9000"),
        ("MINIO:9000", "http://minio:9000"),
        ("minio:9001", "https://minio:9000"),
        ("other", "https://minio:9000"),
    ],
)
def test_only_named_hosts_are_spoken_to_in_plain(plain: str, endpoint: str) -> None:
    """Https is used unless the operator named the host, or this port of it."""
    assert _parse("s3://minio:9000/bucket/k", plain).endpoint == endpoint


def test_objects_at_amazon_are_located_by_the_buckets_host() -> None:
    """A location at Amazon has the form that clients know from there."""
    location = _parse("s3://s3.eu-west-1.amazonaws.com/bucket/a").locate("a/b c.png")
    assert location.kind == "amazon_s3"
    assert location.url == "https://bucket.s3.amazonaws.com/a/b%20c.png"
    assert (location.key, location.host) == ("a/b c.png", None)


@pytest.mark.parametrize(("place", "port"), [("h", None), ("h:443", None), ("h:9000", 9000)])
def test_the_schemes_own_port_is_not_told(place: str, port: int | None) -> None:
    """A location tells a port only where it is not the scheme's own."""
    assert _parse(f"s3://{place}/bucket/k").locate("k").port == port
