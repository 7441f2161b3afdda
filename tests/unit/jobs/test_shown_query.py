"""Does the query that is shown say what was asked for, and nothing that is a secret?"""

import json
from typing import Any

import pytest

from filmstrip.jobs.tasks.shown_query import shown_query
from filmstrip.outputs.registry import parse_query

SECRET = "hidden-in-the-query"


def shown(**query: Any) -> dict[str, Any]:
    text = shown_query(parse_query(json.dumps({"query": query})))
    assert SECRET not in text
    return dict(json.loads(text)["query"])


PLACE = {"url": "s3://s3.example.com/bucket/out/", "key": SECRET, "secret": SECRET, "permissions": "public-read"}


@pytest.mark.parametrize(
    "source",
    [
        f"https://user:{SECRET}@example.com/film.mp4?X-Amz-Signature={SECRET}#{SECRET}",
        f"s3://key:{SECRET}/with/slashes@s3.example.com/bucket/film.mp4",
        f"sftp://user:{SECRET}@example.com/film.mp4",
    ],
)
def test_secrets_are_left_out(source: str) -> None:
    """Of the source, the receiver, the destinations in each of their forms, and of keys that are not known."""
    hook = f"https://user:{SECRET}@app.example.com/hook?token={SECRET}"
    url = f"s3://key:{SECRET}@s3.example.com/bucket/other/"
    entry = {"output": "thumbnails", "interval": 2, "width": 160, "destination": [PLACE, url], "password": SECRET}
    seen = shown(source=source, callback_url=hook, format=[entry], api_key=SECRET)
    assert seen["source"].endswith("film.mp4")
    assert seen["callback_url"] == "https://app.example.com/hook"
    assert seen["format"] == [
        {
            "output": "thumbnails",
            "interval": 2,
            "width": 160,
            "destination": [
                {"url": "s3://s3.example.com/bucket/out/", "permissions": "public-read"},
                {"url": "s3://s3.example.com/bucket/other/"},
            ],
        }
    ]


def test_a_single_output_and_stitched_sources() -> None:
    """They are shown as they are."""
    items = [f"https://example.com/a.mp4?token={SECRET}", {"url": "https://example.com/b.mp4", "duration": 3}]
    seen = shown(stitch=items, format={"output": "thumbnail", "width": 160, "destination": PLACE})
    assert seen["stitch"] == ["https://example.com/a.mp4", {"url": "https://example.com/b.mp4", "duration": 3}]
    assert seen["format"][0]["destination"]["url"] == "s3://s3.example.com/bucket/out/"


def test_very_many_outputs() -> None:
    """The first ones are shown, and how many there are: it is kept for long."""
    entries = [
        {
            "output": "thumbnail",
            "width": 160,
            "time": number,
            "destination": {**PLACE, "url": f"s3://s3.example.com/bucket/{number}/"},
        }
        for number in range(1000)
    ]
    text = shown_query(parse_query(json.dumps({"query": {"source": "https://e.com/a.mp4", "format": entries}})))
    seen = json.loads(text)["query"]
    assert len(text) < 20_000
    assert (seen["outputs"], seen["format"][5]["time"]) == (1000, 5)


@pytest.mark.parametrize("told", ["", None, []])
def test_no_destination_in_whatever_words(told: Any) -> None:
    """As clients write it that leave a field empty: then the service keeps the files."""
    entry = {"output": "thumbnails", "interval": 2, "destination": told}
    assert shown(source="https://example.com/a.mp4", format=[entry])["format"] == [
        {"output": "thumbnails", "interval": 2}
    ]
