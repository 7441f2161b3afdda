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
