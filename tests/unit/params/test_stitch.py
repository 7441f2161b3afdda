"""What does a query's `stitch` accept, and what does it say of the rest?"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from filmstrip.domain.errors import QueryError
from filmstrip.outputs._base import Output
from filmstrip.outputs.registry import parse_query
from filmstrip.params.query import NamedSource, Query

A, B = "https://a.example/a.mp4", "s3://KEY:SE%2FCRET@b.example/bucket/b.mp4"


def parsed(**parameters: Any) -> Query[Output]:
    return parse_query(json.dumps({"query": {"format": [{"output": "thumbnails"}], **parameters}}))


def mistakes(**parameters: Any) -> list[str]:
    with pytest.raises(QueryError) as caught:
        parsed(**parameters)
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize("as_text", [False, True])
def test_items_are_urls_and_objects(as_text: bool) -> None:  # noqa: FBT001 - a case
    """Numbers may be text, as Qencode's clients send them; the whole may be JSON text, as in a form."""
    items = [A, {"url": B, "start_time": "1.5", "duration": "0.575"}, {"url": A, "start_time": None, "duration": ""}]
    query = parsed(source="", stitch=json.dumps(items) if as_text else items)
    found = [(item.url, item.start_time, item.duration) for item in query.stitch]
    assert found == [(A, None, None), (B, Fraction(3, 2), Fraction(23, 40)), (A, None, None)]
    assert query.sources == (NamedSource("stitch[0].url", A), NamedSource("stitch[1].url", B))
    assert query.warnings == ()
    assert "CRET" not in repr(query)


def test_one_source_is_named_as_before() -> None:
    """What is not stitched has one source, and one object may stand where a list is expected."""
    assert parsed(source=A).sources == (NamedSource("source", A),)
    assert [item.url for item in parsed(stitch={"url": A}).stitch] == [A]


def test_every_mistake_names_its_item() -> None:
    """All of them at once, with what is allowed and without a secret."""
    found = mistakes(
        stitch=[A, "x", 5, {"start_time": -1}, {"url": A, "duration": 0}, {"url": "s3://KEY:SECRET@h/b"}],
        format=[{"output": "mp4", "width": -1}],
    )
    assert [each.partition(": ")[0] for each in found] == [
        "stitch[1].url",
        "stitch[2]",
        "stitch[3].url",
        "stitch[3].start_time",
        "stitch[4].duration",
        "stitch[5].url",
        "format[0].width",
    ]
    assert "SECRET" not in str(found)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"stitch": [A] * 51}, "stitch: has 51 sources; 1 to 50 are allowed"),
        ({"stitch": []}, "stitch: has 0 sources; 1 to 50 are allowed"),
        ({"stitch": 5}, "stitch: is not a list of URLs, or of objects with url"),
        ({"stitch": A}, "stitch: is not a list of URLs, or of objects with url"),
        ({"stitch": "[5"}, "stitch: is not JSON: a comma or a bracket is missing at line 1, column 3"),
        ({"stitch": [A, None]}, "stitch[1]: is neither a URL nor an object with url"),
        ({"stitch": [A], "source": A}, "stitch: excludes source: give one of the two"),
        ({}, "source: is required, unless there is stitch"),
    ],
)
def test_what_is_no_list_of_sources_is_said(parameters: dict[str, Any], told: str) -> None:
    """How many are allowed, and that there is one way to name what is read."""
    assert mistakes(**parameters) == [told]


def test_as_many_as_are_allowed_are_taken() -> None:
    """And each key that is not known is told."""
    query = parsed(stitch=[{"url": A, "end_time": 5}] * 50)
    assert len(query.stitch) == 50
    assert query.warnings[0].message == "stitch[0].end_time is not known here and was ignored"
