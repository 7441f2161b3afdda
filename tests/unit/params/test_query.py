"""Does the parser understand what clients really send, and tell every mistake at once?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from filmstrip.domain.errors import QueryError
from filmstrip.outputs.registry import parse_query
from filmstrip.outputs.thumbnails.output import Thumbnails

SOURCE = "https://example.com/a.mp4"


def parse(**query: Any) -> Any:
    return parse_query(json.dumps({"query": {"source": SOURCE, **query}}))


def thumbnails(**fields: Any) -> Any:
    return parse(format=[{"output": "thumbnails", **fields}]).formats[0]


def mistakes_of(**query: Any) -> list[str]:
    with pytest.raises(QueryError) as caught:
        parse(**query)
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize("interval", [30, "30", 30.0, "30.0", " 30 "])
def test_numbers_come_in_many_forms(interval: object) -> None:
    """A number and its text mean the same."""
    assert thumbnails(interval=interval).interval == 30


@pytest.mark.parametrize("flag", [1, "1", True, "true", "True"])
def test_flags_come_in_many_forms(flag: object) -> None:
    """1, "1", true and "true" mean yes."""
    assert parse(format={"output": "thumbnails"}, upscale=flag).upscale is True


def test_a_priority_is_one_of_ten() -> None:
    """In the middle without one, and refused beside other mistakes if it is none."""
    assert [parse(format={"output": "gif"}, priority=value).priority for value in (None, 1, "10")] == [5, 1, 10]
    for value in (0, 11, "-1", 1.5, "high", 10**30, True):
        told = mistakes_of(format={"output": "nothing"}, priority=value)
        assert [each.partition(":")[0] for each in told] == ["priority", "format[0].output"]
        assert told[0].endswith("is not a whole number from 1 to 10")


def test_absent_is_absent_however_it_is_written() -> None:
    """null and an empty text mean that nothing was given."""
    output = thumbnails(interval="", width=None, destination="", quality=None)
    assert output == Thumbnails()


def test_one_output_needs_no_list() -> None:
    """A single object where a list belongs is taken as a list of one."""
    assert len(parse(format={"output": "Thumbnails"}).formats) == 1


def test_a_destination_may_be_a_list_or_a_url() -> None:
    """One object, several objects or a URL with credentials all name destinations."""
    output = thumbnails(destination="s3://AK:se/c+ret@host:9000/bucket/a b/")
    assert output.destination[0].url == "s3://host:9000/bucket/a b/"
    assert output.destination[0].secret.get_secret_value() == "se/c+ret"
    both = thumbnails(destination=[{"url": "s3://h/b/x"}, {"url": "s3://h/c/y"}])
    assert [destination.url for destination in both.destination] == ["s3://h/b/x", "s3://h/c/y"]


def test_every_mistake_is_told_at_once_by_its_place() -> None:
    """Three wrong fields of two outputs and a missing source are four mistakes, each with what is allowed."""
    with pytest.raises(QueryError) as caught:
        parse_query(
            json.dumps(
                {
                    "query": {
                        "format": [
                            {"output": "mp4", "size": "big"},
                            {"output": "thumbnails", "interval": "abc", "width": -1},
                        ]
                    }
                }
            )
        )
    assert [str(mistake) for mistake in caught.value.mistakes] == [
        "source: is required, unless there is stitch",
        'format[0].size: "big" is not a size such as 320x240',
        "format[1].width: -1 is not a whole number from 1 to 16384",
        'format[1].interval: "abc" is not a number of seconds, 0.01 or above, or auto',
    ]


def test_what_is_no_destination_is_told_what_one_is() -> None:
    """Also where it is no list of some."""
    assert mistakes_of(format=[{"output": "mp4", "destination": 5}]) == [
        "format[0].destination[0]: 5 is not a URL or an object with a url"
    ]


def test_an_unknown_output_names_the_known_ones() -> None:
    """Who asks for what there is not learns what there is."""
    (mistake,) = mistakes_of(format=[{"output": "hologram"}])
    assert mistake.startswith('format[0].output: "hologram" is not one of ')
    assert "thumbnails" in mistake


def test_a_query_needs_an_output() -> None:
    """An empty or missing list of outputs is a mistake of its own."""
    assert mistakes_of(format=[]) == ["format: is required: a list of at least one output"]
    assert mistakes_of() == mistakes_of(format=[])


def test_unknown_keys_are_ignored_and_told() -> None:
    """Keys that nobody knows do no harm, and their senders learn of it; what clients send by themselves is silent."""
    destination = {"url": "s3://h/b/k/", "acl": "public", "use_tls": 1}
    query = parse(
        format=[
            {"output": "thumbnails", "colour": "blue", "bf": 3, "destination": destination},
            {"output": "thumbnails", "destination": [{**destination, "url": "s3://h/b/l/"}, "s3://h/b/m/"]},
        ],
        file={},
        colour="red",
    )
    assert [warning.message for warning in query.warnings] == [
        "colour is not known here and was ignored",
        "format[0].colour is not known here and was ignored",
        "format[0].destination.acl is not known here and was ignored",
        "format[0].destination.use_tls has no effect with s3:// and was ignored",
        "format[1].destination[0].acl is not known here and was ignored",
        "format[1].destination[0].use_tls has no effect with s3:// and was ignored",
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": []}', '{"query": []}', "null", "[" * 100_000])
def test_what_is_no_query_is_refused_in_words(text: str) -> None:
    """Broken or unwrapped JSON is one mistake of the field `query`, never a crash."""
    with pytest.raises(QueryError, match=r"^query: is not "):
        parse_query(text)


def test_a_secret_never_shows_in_a_mistake() -> None:
    """A mistake in a destination does not repeat the credentials in it."""
    text = "; ".join(
        mistakes_of(format={"output": "thumbnails", "destination": {"url": "s3://KEY:hush/hush@nobucket", "secret": 5}})
    )
    assert "hush" not in text


def test_a_secret_never_shows_in_what_is_printed() -> None:
    """The parsed query may be logged by accident without telling a secret."""
    assert "hush" not in repr(thumbnails(destination="s3://KEY:hush@host/bucket/x"))


@pytest.mark.parametrize(
    "url", ["s3://KEY:SECRET@bucket/key", "s3://s3.example.com/bucket/", "sftp://u:p@host/", "gs://b/"]
)
def test_a_source_names_a_file(url: str) -> None:
    """A bucket where the host should be is told when the query arrives, not as a host that is not found."""
    with pytest.raises(QueryError, match=r"^source: names no file: it has to be written as \w+://") as caught:
        parse(source=url)
    assert "SECRET" not in str(caught.value)
