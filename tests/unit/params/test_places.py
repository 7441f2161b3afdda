"""What is told of destinations when a query arrives."""

import json
from typing import Any

import pytest

from filmstrip.domain.errors import QueryError
from filmstrip.outputs.registry import parse_query

_HOST = "s3://s3.example.com/bucket"


def _mistakes(*entries: dict[str, Any]) -> list[str]:
    query = {"query": {"source": "https://example.com/a.mp4", "format": list(entries)}}
    try:
        parse_query(json.dumps(query))
    except QueryError as error:
        return [f"{mistake.field}: {mistake.problem}" for mistake in error.mistakes]
    return []


def _mp4(*urls: str) -> dict[str, Any]:
    return {"output": "mp4", "destination": [{"url": url, "key": "k", "secret": "hidden"} for url in urls]}


def _thumbnails(url: str, **more: Any) -> dict[str, Any]:
    return {"output": "thumbnails", "interval": 5, "destination": url, **more}


@pytest.mark.parametrize("path", ["x//y.mp4", "../y.mp4", "x/./y.mp4", "x/.."])
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    """Nothing is encoded for a name that no object can have."""
    url = f"{_HOST}/{path}"
    assert _mistakes(_mp4(url)) == [f'format[0].destination: "{url}" has an empty part, "." or ".." in its path']


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("x\\y.mp4", "has a backslash or a control character in its path"),
        ("\u00e9" * 600 + ".mp4", "has a path that is longer than 1024 bytes"),
        ("/".join(["x" * 200] * 6) + "/", "has a path that is longer than 1024 bytes"),
    ],
)
@pytest.mark.parametrize("host", [_HOST, "ftp://ftp.example.com", "azblob://container", "gs://bucket"])
def test_a_name_that_no_object_can_have_is_refused(host: str, path: str, fault: str) -> None:
    """It is told before anything is fetched or made, whatever keeps the files."""
    (told,) = _mistakes({"output": "thumbnails", "interval": 5, "destination": f"{host}/{path}"})
    assert told.startswith('format[0].destination: "')
    assert fault in told


def test_a_path_of_this_machine_may_be_anything() -> None:
    """What file systems allow is for them to say, as long as it leads down."""
    assert _mistakes(_thumbnails("file:///srv/a\\b/" + "/".join(["x" * 200] * 6))) == []
    assert len(_mistakes(_thumbnails("file:///srv/../etc"))) == 1


def test_credentials_are_not_shown() -> None:
    """A mistake in a URL with credentials tells the rest of it."""
    told = _mistakes({"output": "mp4", "destination": "s3://KEY:hid/den@S3.example.com/bucket/a//b.mp4"})
    assert told == [f'format[0].destination: "{_HOST}/a//b.mp4" has an empty part, "." or ".." in its path']


def test_a_video_has_a_name() -> None:
    """A folder is no place for one file; a picture gets a name of ours there."""
    assert _mistakes(_mp4(f"{_HOST}/videos/")) == [
        f'format[0].destination: "{_HOST}/videos" is a folder, and one file is made: name it'
    ]
    assert _mistakes({"output": "thumbnail", "destination": f"{_HOST}/pictures/"}) == []
    assert _mistakes(_thumbnails(f"{_HOST}/pictures/"), _thumbnails(f"{_HOST}/others")) == []


@pytest.mark.parametrize(
    ("place", "form"),
    [
        ("s3://my.bucket/film.mp4", "s3://HOST/BUCKET/PATH"),  # the bucket's name where the host belongs
        ("s3://s3.example.com/bucket", "s3://HOST/BUCKET/PATH"),
    ],
)
def test_a_video_needs_more_than_a_bucket(place: str, form: str) -> None:
    """An address that ends where the names of files begin is told when it arrives, as that of a source is."""
    with_keys = place.replace("://", "://KEY:SE/CRET@")
    assert _mistakes({"output": "mp4", "destination": with_keys}) == [
        f'format[0].destination: "{place}" names no file: it has to be written as {form}'
    ]
    assert _mistakes({"output": "thumbnails", "interval": 5, "destination": with_keys}) == []


def test_no_output_replaces_another() -> None:
    """Two files at one place, or two series of the same names in one folder, are a mistake of the second one."""
    assert _mistakes(_mp4(f"{_HOST}/a.mp4"), _mp4(f"{_HOST}/b.mp4", "s3://S3.Example.com/bucket/a.mp4")) == [
        "format[1].destination[1]: is the same file as format[0].destination: one would replace the other"
    ]
    (told,) = _mistakes(_thumbnails(f"{_HOST}/t"), _thumbnails(f"{_HOST}/t/", width=160))
    assert "is the same folder, where its files would have the same names, as format[0].destination" in told
    picture = {"output": "thumbnail", "destination": f"{_HOST}/t/"}
    assert _mistakes(picture, _thumbnails(f"{_HOST}/t"), _mp4(f"{_HOST}/t")) == []
    assert len(_mistakes(picture, picture)) == 1
    assert _mistakes({"output": "mp4"}, {"output": "mp4"}) == []
