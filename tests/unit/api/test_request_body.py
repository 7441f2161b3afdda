"""JSON bodies, sent as what they are and sent as forms."""

import json

import pytest

from filmstrip.api.errors import BodyError
from filmstrip.api.request_body import parse_body

QUERY = {"source": "http://h/a.mp4", "format": [{"output": "mp4"}]}


@pytest.mark.parametrize("query", [QUERY, {"query": QUERY}, json.dumps({"query": QUERY})])
def test_a_json_body_holds_the_query_in_any_of_its_forms(query: object) -> None:
    """The query of a JSON body may be an object with or without its wrapper, or text."""
    fields = parse_body(json.dumps({"task_token": "t", "query": query}).encode(), is_json=True)
    assert json.loads(fields.required("query")) == {"query": QUERY}


def test_json_sent_as_a_form_is_json() -> None:
    """curl calls every body a form, also one of JSON."""
    fields = parse_body(b' {"task_tokens": ["a", "b"], "payload": 7, "token": null}', is_json=False)
    assert fields.all("task_tokens") == ("a", "b")
    assert (fields.text("payload"), fields.text("token")) == ("7", None)


def test_an_empty_json_body_has_no_fields() -> None:
    """A body of no bytes is not a mistake by itself."""
    assert parse_body(b"", is_json=True).values == {}


@pytest.mark.parametrize("body", [b"{", b"[1]", b"nonsense", b'{"a":' * 100_000])
def test_a_broken_json_body_is_named(body: bytes) -> None:
    """What says that it is a JSON object and is none is refused."""
    with pytest.raises(BodyError, match=r"not (JSON|a JSON object)"):
        parse_body(body, is_json=True)
