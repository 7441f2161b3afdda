"""Values that are made to take time, or to become something else where they are used."""

import json
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from filmstrip.domain.errors import QueryError
from filmstrip.outputs.registry import output_types, parse_query
from filmstrip.params.destination import Destination
from filmstrip.params.format_parameters import FormatParameters
from filmstrip.params.parameters import Parameters
from filmstrip.params.query import TaskParameters
from filmstrip.params.values import parse_exact

PLACE = "s3://host/bucket/key"
CONTROLS = ["\n", "\r\n", "\x00", "\x1b", "\x7f", "\x85", "\u2028"]


def mistakes(entry: dict[str, Any], **task: Any) -> dict[str, str]:
    query = {"source": "http://h/a.mp4", **task, "format": [entry]}
    try:
        parse_query(json.dumps({"query": query}))
    except QueryError as error:
        return {mistake.field: mistake.problem for mistake in error.mistakes}
    return {}


@pytest.mark.parametrize(
    "text",
    ["1e999999999", "-1e999999999", "1e-999999999", "1E+100", "9" * 41, f"1/{'9' * 21}", "1_000", "٣", "1/0", "nan"],
)
def test_no_number_is_made_that_is_beyond_bounds(text: str) -> None:
    """Digits and exponents are judged as text: what is refused was never a number."""
    assert parse_exact(text) is None


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ("29.97", Fraction("29.97")),
        (" 30000/1001 ", Fraction(30000, 1001)),
        (1e-07, Fraction(1, 10**7)),
        (1e12, Fraction(10**12)),
        ("1e3", Fraction(1000)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("0." + "1" * 40, Fraction("0." + "1" * 40)),
        (10**13, None),
        (1e300, None),
        (float("inf"), None),
    ],
)
def test_honest_numbers_are_exact(value: object, exact: Fraction | None) -> None:
    """What clients write is read without rounding, up to the largest number that means something."""
    assert parse_exact(value) == exact


def fields_of(kind: type[Parameters], without: set[str]) -> list[str]:
    return [name for name in kind.model_fields if name not in without]


EVERY_FIELD = [
    (name, field)
    for name, kind in output_types().items()
    for field in fields_of(kind, {*FormatParameters.model_fields, "video_codec_parameters"})
]


HOSTILE = ["1e999999999", "9" * 5000, "a\nb", "a\x00b", [[[]]] * 100, {"a": {}}]


@pytest.mark.parametrize(("output", "field"), EVERY_FIELD)
def test_every_parameter_refuses_hostile_values_by_its_name(output: str, field: str) -> None:
    """Whatever the parameter, a hostile value is a mistake of that field: no crash, no pause, no other field's."""
    for value in HOSTILE:
        entry = {"output": output, "destination": PLACE, field: value}
        named = {name.removeprefix("format[0].").partition("[")[0] for name in mistakes(entry)}
        assert (value, named) == (value, {field})
    entry = {"output": output, "destination": PLACE, field: "\udc80"}
    with pytest.raises(QueryError, match="half of a surrogate pair"):
        parse_query(json.dumps({"query": {"source": "http://h/a.mp4", "format": [entry]}}))


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("field", sorted(set(Destination.model_fields)))
def test_no_control_character_becomes_a_header_or_a_name(field: str, control: str) -> None:
    """What becomes a header, an object's name or a signature is refused when it comes, by its field."""
    destination = {"url": PLACE, "key": "k", "secret": "s", field: f"{PLACE}{control}x"}
    found = mistakes({"output": "mp4", "destination": destination})
    assert list(found) == [f"format[0].destination[0].{field}"]
    if field in {"key", "secret"}:
        assert PLACE not in found[f"format[0].destination[0].{field}"]


@pytest.mark.parametrize("field", ["cache_control", "manifest_cache_control", "storage_class", "region", "key"])
def test_a_header_is_ascii(field: str) -> None:
    """A header that no server could be sent is a mistake, not a crash of the task."""
    destination = {"url": PLACE, "key": "k", "secret": "s", field: "café"}
    assert list(mistakes({"output": "mp4", "destination": destination})) == [f"format[0].destination[0].{field}"]


@pytest.mark.parametrize("control", CONTROLS)
def test_no_control_character_is_in_labels_and_addresses(control: str) -> None:
    """Tags, the source, the callback and a destination that is one URL are refused by their names."""
    hostile = f"http://h/{control}x"
    found = mistakes({"output": "mp4", "destination": f"s3://k:s@h/b/{control}x", "tag": hostile, "user_tag": hostile})
    assert set(found) == {"format[0].destination[0].url", "format[0].tag", "format[0].user_tag"}
    found = mistakes({"output": "mp4"}, **dict.fromkeys(("source", "callback_url", "encoder_version"), hostile))
    assert set(found) == {"source", "callback_url", "encoder_version"}
    assert set(found) <= set(TaskParameters.model_fields)


def test_credentials_in_a_url_are_looked_at_too() -> None:
    """A line end in the credentials of a URL is a mistake of the key, which is not shown."""
    found = mistakes({"output": "mp4", "destination": "s3://k\n:s@h/b/x"})
    assert list(found) == ["format[0].destination[0].key"]
    assert mistakes({"output": "mp4"}, source="s3://k%0a:s@h/bucket/x")["source"].startswith(
        "has a key that holds a line"
    )
    for url in ("s3://k:secret@h", "s3://k:secret@/b/x"):
        assert "secret" not in str(
            mistakes({"output": "mp4"}, source=url) | mistakes({"output": "mp4", "destination": url})
        )


def test_an_error_that_nobody_expects_shows_no_value() -> None:
    """Python's own account of a mistake, which may end in a log, leaves out what was sent."""
    with pytest.raises(ValidationError) as caught:
        Destination.model_validate({"url": "s3://h/b/x", "secret": "topSecret\r"})
    assert "topSecret" not in str(caught.value)


def test_too_many_outputs_are_one_mistake() -> None:
    """Of more outputs than the operator allows none is looked at; tasks that are there already are read as they are."""
    text = json.dumps({"query": {"source": "http://h/a.mp4", "format": [{"output": "mp4"}] * 101}})
    with pytest.raises(QueryError) as raised:
        parse_query(text, max_outputs=100)
    assert str(raised.value) == "format: has 101 outputs; at most 100 are allowed in one task"
    assert len(parse_query(text).formats) == 101


def test_unknown_keys_are_told_shortly() -> None:
    """However many and long they are, warnings stay few and short: each status repeats them."""
    keys = {f"k{number}": 1 for number in range(500)} | {"x" * 100_000: 1, "a\nb": 1}
    query = parse_query(json.dumps({"query": {"source": "http://h/a.mp4", "format": [{"output": "mp4", **keys}]}}))
    messages = [warned.message for warned in query.warnings]
    assert len(messages) == 101
    assert messages[-1] == "402 more keys are not known here and were ignored"
    assert messages[0] == r'format[0]."a\nb" is not known here and was ignored'
    assert max(map(len, messages)) < 200
