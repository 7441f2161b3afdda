"""What is told when a query arrives, before any server is asked?"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.jobs.making.arrival import check_paths, check_servers, demand_all
from filmstrip.outputs.registry import parse_query
from filmstrip.storage.host_rule import HostRule
from filmstrip.storage.lender import NOBODY
from filmstrip.storage.lending.named_stores import StoreLender
from filmstrip.storage.named_store import NamedStore
from filmstrip.storage.settings import StorageSettings

LENT = NamedStore(
    name="media",
    endpoint="http://minio:9000",
    bucket="films",
    key_variable="K",
    secret_variable="S",
    api_keys=("*",),
)
RULE = HostRule(host="storage", endpoint="http://gateway:9000")


def problems(source: str, place: str, lender: StoreLender | None = None, **settings: object) -> list[str]:
    """Return the mistakes of a query of one source and one destination."""
    formats = [{"output": "thumbnails", "destination": place}]
    query = parse_query(json.dumps({"query": {"source": source, "format": formats}}))
    storage = StorageSettings(Path("/"), **settings)  # type: ignore[arg-type]
    try:
        check_servers(query, storage, lender or NOBODY)
    except QueryError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


def test_a_bucket_in_the_place_of_the_host_is_told() -> None:
    """Both the source and a destination are named, with what to write, and no secret is."""
    source, place = problems("s3://KEY:SE/CRET@films/inbox/a.mp4", "s3://KEY:SE/CRET@films/out/")
    assert source.startswith('source: names the server "films", which is no whole name of a server on the internet')
    assert source.endswith("it is written s3://HOST/BUCKET/PATH")
    assert place.startswith('format[0].destination: names the server "films"')
    assert "CRET" not in source + place


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("http://films/a.mp4", "http://HOST/PATH"),
        ("ftp://films/a.mp4", "ftp://HOST/PATH"),
        ("sftp://u:p@films:2222/a.mp4", "sftp://HOST/PATH"),
    ],
)
def test_it_is_told_of_every_kind_of_server(source: str, form: str) -> None:
    """Each with its own form."""
    (problem,) = problems(source, "s3://k:s@s3.example.com/bucket/out/")
    assert problem.endswith(f"it is written {form}")


def test_what_is_no_address_is_told() -> None:
    """In the words of whoever would open it, also where only the bucket's name shows that the host is missing."""
    (problem,) = problems("s3://KEY:SE/CRET@films/in/a.mp4", "s3://k:s@s3.example.com/bucket/out/")
    assert problem.startswith('source: "s3://films/in/a.mp4" names the bucket "in", which has to have 3 to 255')
    assert problem.endswith("an S3 address is written s3://HOST[:PORT]/BUCKET/KEY")


def test_what_may_be_a_server_is_left_alone() -> None:
    """Whole names, addresses, uploads, files, what the operator allows, lends or leads elsewhere."""
    whole = "s3://k:s@s3.example.com/bucket/out/"
    for source in ("http://[2001:db8::1]/a", "http://192.0.2.1/a", f"tus:{'0' * 32}", "file:///srv/a", f"{whole}a"):
        assert problems(source, whole) == []
    for settings in (
        {"private_hosts": ("minio",)},
        {"private_hosts": ("minio:9000",)},
        {"private_hosts": ("10.0.0.0/8",)},
        {"plain_http_hosts": ("minio:9000",)},
    ):
        assert problems("s3://k:s@minio:9000/films/a.mp4", whole, **settings) == []
    assert problems("s3://k:s@minio:9000/films/a.mp4", whole, private_hosts=("other",))
    assert problems("s3://minio:9000/films/a.mp4", whole, StoreLender([LENT], "shop")) == []
    assert problems("s3://k:s@storage/films/a.mp4", whole, hosts=(RULE,)) == []


def test_all_checks_are_told_at_once() -> None:
    """Whatever the first one finds, the others look as well."""

    def find(field: str) -> None:
        raise QueryError([Mistake(field, "is wrong")])

    with pytest.raises(QueryError) as found:
        demand_all(partial(find, "a"), lambda: None, partial(find, "b"))
    assert [mistake.field for mistake in found.value.mistakes] == ["a", "b"]
    demand_all(lambda: None)


def test_a_path_outside_the_operators_folders_is_told(tmp_path: Path) -> None:
    """Every one of a query, sources and destinations; what leads out by a link is outside."""
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "way-out").symlink_to("/etc")
    inside = f"file://{tmp_path}/media/"
    formats = [
        {"output": "mp4", "destination": [f"{inside}a.mp4", "file:///elsewhere/a.mp4"]},
        {"output": "thumbnails", "destination": f"{inside}way-out/"},
        {"output": "thumbnails", "destination": f"{inside}not/yet/there/"},
    ]
    query = parse_query(json.dumps({"query": {"stitch": [f"{inside}b.mp4", "file:///etc/passwd"], "format": formats}}))
    with pytest.raises(QueryError) as raised:
        check_paths(query, StorageSettings(tmp_path, local_roots=(tmp_path / "media",)))
    assert [str(mistake) for mistake in raised.value.mistakes] == [
        f'{field}: cannot be used: "{path}" is outside the folders that the operator '
        "allows (local_roots; shared_roots on PostgreSQL)"
        for field, path in (
            ("stitch[1].url", "/etc/passwd"),
            ("format[0].destination[1]", "/elsewhere/a.mp4"),
            ("format[1].destination", "/etc"),
        )
    ]
    fine = parse_query(json.dumps({"query": {"source": f"{inside}b.mp4", "format": [formats[2]]}}))
    check_paths(fine, StorageSettings(tmp_path, local_roots=(tmp_path,)))
