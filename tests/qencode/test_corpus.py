"""Queries that clients really send have no mistakes."""

import json

import pytest

from filmstrip.domain.geometry import SizeRequest
from filmstrip.outputs.registry import parse_query
from filmstrip.outputs.thumbnails.output import Thumbnails
from qencode_corpus import CORPUS


@pytest.mark.parametrize("name", CORPUS)
def test_a_real_query_has_no_mistake(name: str) -> None:
    """Each query of the corpus is understood: every entry becomes an output of its kind."""
    query = CORPUS[name]
    entries = query["format"] if isinstance(query["format"], list) else [query["format"]]
    parsed = parse_query(json.dumps({"query": query}))
    assert [output.output_name for output in parsed.formats] == [entry["output"] for entry in entries]
    assert parsed.source == query["source"]


def test_numbers_and_texts_mean_the_same() -> None:
    """Whether a client sends numbers or texts, the same is made."""
    (numbers,), (texts,) = (
        parse_query(json.dumps({"query": CORPUS[f"thumbnails alone, all values {kind}"]})).formats
        for kind in ("numbers", "texts")
    )
    assert isinstance(numbers, Thumbnails)
    assert numbers == texts
    assert (numbers.interval, numbers.size_request()) == (30, SizeRequest(320, 240))
