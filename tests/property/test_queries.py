"""Is every query either understood, or refused in our own words by the names of its fields?"""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from filmstrip.domain.errors import QueryError
from filmstrip.outputs.registry import output_types, parse_query
from filmstrip.params.published import PUBLISHED, SUPPORTED, Place

_FOREIGN = re.compile(
    r"Input should|pydantic|valid (tuple|dictionary|string|list)|Traceback|Value error|NoneType|unhashable|Fraction"
)
_WORDS = st.sampled_from(
    [
        "",
        "0",
        "1",
        "-1",
        "0.5",
        "1e9",
        "abc",
        "320x240",
        "auto",
        "http://h.example/a",
        "s3://K:S@h.example/b/k",
        "tus:1",
    ]
)
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | _WORDS
_VALUES = st.recursive(
    _PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | _WORDS, inner, max_size=3)
)


def _names(place: Place) -> st.SearchStrategy[str]:
    published = {attribute.name for attribute in PUBLISHED if attribute.place is place}
    return st.sampled_from(sorted(published | SUPPORTED[place]))


_ENTRIES = st.builds(
    lambda output, more: {"output": output, **more},
    st.sampled_from(sorted(output_types())),
    st.dictionaries(_names(Place.FORMAT), _VALUES, max_size=5),
)
_QUERIES = st.builds(
    lambda entries, more: {"source": "http://h.example/a.mp4", "format": entries, **more},
    st.lists(_ENTRIES, min_size=1, max_size=3) | _ENTRIES | _VALUES,
    st.dictionaries(_names(Place.QUERY), _VALUES, max_size=3),
)


@settings(max_examples=100)
@given(query=_QUERIES)
def test_every_query_has_an_answer_in_our_words(query: dict[str, Any]) -> None:
    """Whatever value stands at whichever attribute, it is a query or mistakes of it, each of a field that was sent."""
    try:
        parsed = parse_query(json.dumps({"query": query}))
    except QueryError as error:
        for mistake in error.mistakes:
            assert re.split(r"[.\[]", mistake.field)[0] in {*query, "stitch", "query"}, mistake
            assert not _FOREIGN.search(mistake.problem), mistake
        return
    assert parsed.formats
