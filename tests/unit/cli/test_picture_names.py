"""Which format has a picture whose file is named on the command line?"""

from __future__ import annotations

import json

import pytest

from filmstrip.cli.picture_names import with_named_formats


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"output": "thumbnail", "destination": "file:///p.jpg"}, "jpg"),
        ({"output": "contact_sheet", "destination": {"url": "file:///a/p.WEBP"}}, "webp"),
        ({"output": "thumbnail", "destination": ["s3://h/b/p.jpeg"]}, "jpeg"),
        ({"output": "thumbnail", "destination": "file:///p.jpg", "image_format": "png"}, "png"),
        ({"output": "thumbnail", "destination": "file:///p"}, None),
        ({"output": "thumbnail", "destination": ["file:///p.jpg", "file:///p.png"]}, None),
        ({"output": "thumbnails", "destination": "file:///p.jpg/"}, None),
        ({"output": "thumbnail"}, None),
    ],
)
def test_the_format_follows_the_name(entry: dict[str, object], expected: str | None) -> None:
    """Who names a file "poster.jpg" gets a JPEG, unless the query says otherwise."""
    query = json.loads(with_named_formats(json.dumps({"query": {"source": "file:///v", "format": [entry]}})))
    assert query["query"]["format"][0].get("image_format") == expected


@pytest.mark.parametrize("text", ["", "[]", "{", '{"query": 3}', '{"query": {"format": [3]}}', "[" * 100_000])
def test_what_is_no_query_is_left_to_the_parser(text: str) -> None:
    """Mistakes are told by whoever knows them all."""
    assert with_named_formats(text) == text
