"""What do entries mean whose destination says what is made?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from filmstrip.domain.errors import QueryError
from filmstrip.outputs._base import Output
from filmstrip.outputs.registry import output_types, parse_query
from filmstrip.outputs.thumbnail.output import Thumbnail
from filmstrip.outputs.thumbnails.output import Thumbnails
from filmstrip.params.format_entry import entries_without_destination, parse_entry

FOLDER = "s3://example.com/bucket/a/"


def text_of(**entry: object) -> str:
    return json.dumps({"query": {"source": "https://example.com/a.mp4", "format": [entry]}})


def both_sides(**entry: object) -> tuple[Output, Output]:
    """Parse an entry as the service does, and as its child process does, which is not told the destination."""
    text = text_of(**entry)
    return parse_query(text).formats[0], parse_entry(entries_without_destination(text)[0], output_types())


@pytest.mark.parametrize(
    "destination",
    [
        FOLDER + "bar.jpg",
        {"url": FOLDER + "bar.jpg", "key": "k", "secret": "s"},
        [{"url": FOLDER + "bar.jpg"}],
        "s3://KEY:SEC/RET@example.com/bucket/a/bar.jpg",
    ],
)
@pytest.mark.parametrize("flag", [1, "1", True, "true"])
def test_a_picture_s_name_is_the_sprite_s(destination: Any, flag: object) -> None:
    """The sprite gets the name at the end of its destination, and everything else goes beside it."""
    for side, output in zip(
        ("service", "child"), both_sides(output="thumbnails", sprite=flag, destination=destination), strict=True
    ):
        assert isinstance(output, Thumbnails)
        assert (output.sprite_name, output.image_format) == ("bar.jpg", "jpg")
        assert [place.url for place in output.destination] == ([FOLDER] if side == "service" else [])


def test_a_format_that_was_asked_for_stays() -> None:
    """The name does not overrule image_format."""
    output, _ = both_sides(output="thumbnails", sprite=1, image_format="webp", destination=FOLDER + "bar.jpg")
    assert isinstance(output, Thumbnails)
    assert (output.sprite_name, output.image_format) == ("bar.jpg", "webp")


@pytest.mark.parametrize(
    "entry", [{"sprite": 0, "destination": FOLDER + "x.jpg"}, {"sprite": 1, "destination": FOLDER}]
)
def test_other_destinations_are_folders(entry: dict[str, object]) -> None:
    """Without a sprite, or without a picture's name, the destination is the folder that it was."""
    output, _ = both_sides(output="thumbnails", **entry)
    assert isinstance(output, Thumbnails)
    assert output.sprite_name is None
    assert output.destination[0].url == entry["destination"]


@pytest.mark.parametrize("others", [FOLDER, FOLDER + "other.jpg"])
def test_destinations_that_disagree_are_a_mistake(others: str) -> None:
    """One sprite cannot have two names."""
    with pytest.raises(QueryError, match=r"format\[0\].destination: names a sprite"):
        parse_query(text_of(output="thumbnails", sprite=1, destination=[FOLDER + "bar.jpg", others]))


def test_a_name_that_players_read_differently_is_a_mistake() -> None:
    """A sprite's name stands in manifests, so it has plain characters only."""
    with pytest.raises(QueryError, match=r'sprite_name: "my bar.jpg" is not'):
        parse_query(text_of(output="thumbnails", sprite=1, destination=FOLDER + "my bar.jpg"))


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"interval": 5, "destination": FOLDER}, Thumbnails),
        ({"interval": 5, "destination": {"url": FOLDER}}, Thumbnails),
        ({"interval": 5, "destination": FOLDER, "time": 0.5}, Thumbnail),
        ({"interval": 5, "destination": FOLDER, "frame_number": 0}, Thumbnail),
        ({"interval": 5, "destination": FOLDER + "a.png"}, Thumbnail),
        ({"interval": 5}, Thumbnail),
        ({"interval": "", "destination": FOLDER}, Thumbnail),
        ({"destination": FOLDER}, Thumbnail),
    ],
)
def test_a_thumbnail_with_an_interval_and_a_folder_means_thumbnails(entry: dict[str, object], kind: type) -> None:
    """So Qencode's own overview writes it; a moment or a file's name says that one picture is meant."""
    assert [type(output) for output in both_sides(output="thumbnail", **entry)] == [kind, kind]


@pytest.mark.parametrize("destination", [5, [5], {"url": 5}, {}, [[]], None, "sprite.jpg"])
def test_what_is_no_destination_is_told_as_ever(destination: Any) -> None:
    """Nonsense is left to those who tell of it."""
    entry = {"output": "thumbnails", "sprite": 1, "destination": destination}
    if destination is None:
        assert parse_query(text_of(**entry)).formats[0].destination == ()
    else:
        with pytest.raises(QueryError, match=r"format\[0\].destination"):
            parse_query(text_of(**entry))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"url_mode": "absolute", "destination": [FOLDER, FOLDER]}, "destination: has 2 places"),
        (
            {"url_mode": "presigned", "destination": "file:///a/"},
            "destination: has no addresses that can be signed: url_mode presigned goes with s3://, azblob://",
        ),
        (
            {"url_mode": "absolute", "destination": "ftp://h.com/a/"},
            "url_mode: absolute does not go with a ftp:// destination",
        ),
        (
            {"url_mode": "absolute", "destination": "b2://k:s@bucket/a/"},
            "url_mode: absolute does not go with a b2:// dest",
        ),
        (
            {"url_mode": "presigned", "manifests": "dash", "destination": FOLDER},
            'url_mode: "presigned" is not possible',
        ),
        ({"url_mode": "presigned", "url_hours": 169, "destination": FOLDER}, "url_hours: 169 is not a whole number"),
        ({"url_mode": "other"}, "url_mode: "),
    ],
)
def test_addresses_that_cannot_be_are_mistakes(entry: dict[str, object], problem: str) -> None:
    """What manifests cannot say is told when the job is sent, by the field."""
    with pytest.raises(QueryError) as refused:
        parse_query(text_of(output="thumbnails", **entry))
    assert f"format[0].{problem}" in str(refused.value)
