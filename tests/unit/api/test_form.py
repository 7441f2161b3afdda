"""Bodies of forms, with encoded JSON and with JSON that nobody encoded."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.api import form
from filmstrip.api.errors import BodyError
from filmstrip.api.fields import Fields
from filmstrip.api.form import parse_form

TOKEN = "7c" * 16
# Everything that a form gives a meaning to, and what JSON gives one to.
TEXTS = st.text(alphabet=st.sampled_from('aé&+=%20;"\\{}[]:,/?#\n\t query={payload=')) | st.text()
DOCUMENTS = st.dictionaries(
    TEXTS,
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
        max_leaves=8,
    ),
    max_size=4,
)
STYLES = st.sampled_from([{}, {"indent": 2}, {"ensure_ascii": False}, {"separators": (",", ":")}])


Document = dict[str, Any]
Style = dict[str, Any]


def written(document: Document, style: Style) -> str:
    return json.dumps({"query": document}, **style).encode(errors="replace").decode()


@given(DOCUMENTS, STYLES, st.sampled_from(["", "\n", " \r\n"]))
def test_a_raw_query_is_taken_to_its_own_end(document: Document, style: Style, blanks: str) -> None:
    """A raw query is read whole, whatever its texts hold and whatever stands before or after it."""
    text = written(document, style)
    body = f"task_token={TOKEN}&query={blanks}{text}{blanks}&payload=a%26b"
    fields = parse_form(body)
    assert json.loads(fields.required("query")) == json.loads(text)
    assert (fields.text("task_token"), fields.text("payload")) == (TOKEN, "a&b")


@given(DOCUMENTS, STYLES)
def test_a_raw_query_may_come_first_and_last(document: Document, style: Style) -> None:
    """The place of a raw query in the body does not matter."""
    text = written(document, style)
    first, last = parse_form(f"query={text}&task_token={TOKEN}"), parse_form(f"task_token={TOKEN}&query={text}")
    assert first == last
    assert json.loads(first.required("query")) == json.loads(text)


@given(DOCUMENTS, STYLES, TEXTS)
def test_an_encoded_query_is_decoded(document: Document, style: Style, payload: str) -> None:
    """A body as every SDK encodes it gives back exactly what was encoded."""
    text = written(document, style)
    payload = payload.encode(errors="replace").decode()
    fields = parse_form(urlencode({"task_token": TOKEN, "query": text, "payload": payload}))
    assert fields.required("query") == text
    assert fields.text("payload") == (payload if payload.strip() else None)


@given(st.text())
def test_no_body_breaks_the_parser(text: str) -> None:
    """Whatever arrives, the parser answers with fields, or says what is wrong."""
    for body in (text, f"query={{{text}"):
        with suppress(BodyError):
            parse_form(body)


def test_the_published_example_is_read() -> None:
    """The example as the documentation prints it, with blanks and line ends in the JSON, is read."""
    body = (
        f'task_token={TOKEN}&query={{"query": {{\n  "source": "http://h/a.mp4?x=1&y=a+b%20c",\n'
        '  "format": [ {"output": "mp4"} ]\n}}'
    )
    query = json.loads(parse_form(body).required("query"))["query"]
    assert query["source"] == "http://h/a.mp4?x=1&y=a+b%20c"


@pytest.mark.parametrize(
    "raw", ['{"query": {', '{"query": {}} x', '{"query": {}}}', "{'query': {}}", "{%22query%22:1}"]
)
def test_broken_json_falls_back_to_form_decoding(raw: str) -> None:
    """What is not whole JSON is decoded as a form, and the other fields stay readable."""
    fields = parse_form(f"task_token={TOKEN}&query={raw}")
    assert fields.text("task_token") == TOKEN
    assert fields.required("query") == raw.replace("%22", '"')


def test_deep_nesting_is_no_way_to_exhaust_the_parser() -> None:
    """A query of a hundred thousand brackets is refused like any other broken one."""
    bomb = '{"a":' * 100_000
    assert parse_form(f"query={bomb}").required("query") == bomb


def test_too_many_fields_are_refused() -> None:
    """A body of ten thousand fields and more is named as such."""
    with pytest.raises(BodyError, match="more than 10000 fields"):
        parse_form("a=1&" * 10_001)


@given(st.dictionaries(TEXTS, TEXTS, max_size=4), st.integers(1, 9))
def test_decoding_in_pieces_is_decoding(fields: dict[str, str], length: int) -> None:
    """Wherever a long value is cut to be decoded, it reads as a browser wrote it."""
    pairs = [
        (name.encode(errors="replace").decode(), value.encode(errors="replace").decode())
        for name, value in fields.items()
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(form, "_PIECE_LENGTH", length)
        assert parse_form("&" + urlencode(pairs)) == Fields.collect((name, value) for name, value in pairs)


@pytest.mark.parametrize("body", ["a=%", "a=100%25%", "a=%zz", "%=%%%"])
def test_a_percent_sign_of_nothing_is_itself(body: str) -> None:
    """What is no escape is kept as it is (WHATWG URL, 1.3)."""
    name, _, value = body.partition("=")
    assert parse_form(body).values == {name: (value.replace("%25", "%"),)}


def test_blank_fields_are_absent() -> None:
    """Clients send blank fields where they mean "not given"."""
    assert parse_form("payload=&token= &api_key=x").values == {"api_key": ("x",)}
