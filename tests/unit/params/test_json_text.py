"""JSON of strangers: what is read as it is, and what is refused with a sentence."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.params.json_text import MAX_DEPTH, MAX_VALUES, JsonTextError, parse_json

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(document=DOCUMENTS, is_ascii=st.booleans())
def test_honest_json_is_read_as_python_does(*, document: Any, is_ascii: bool) -> None:
    """Whatever Python writes as JSON is read as the same."""
    assert parse_json(json.dumps(document, ensure_ascii=is_ascii)) == document


def test_a_byte_order_mark_means_nothing() -> None:
    """As files of some editors begin with it; within the text it is no blank."""
    assert parse_json("\ufeff[1]") == [1]
    with pytest.raises(JsonTextError, match="a value is missing at line 1, column 2"):
        parse_json("[\ufeff1]")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not JSON: it is empty"),
        ("{", "is not JSON: a key in double quotes is missing at line 1, column 2"),
        ("{'a': 1}", "is not JSON: a key in double quotes is missing at line 1, column 2"),
        ("[1\n2]", "is not JSON: a comma or a bracket is missing at line 2, column 1"),
        ('{"a" 1}', "is not JSON: a colon is missing at line 1, column 6"),
        ("[1,]", "is not JSON: a value is missing at line 1, column 4"),
        ("[] x", "is not JSON: something follows its end at line 1, column 4"),
        ('"a', "is not JSON: a text does not end, which begins at line 1, column 1"),
        ('"a\x00"', "is not JSON: a text holds a line end or another control character at line 1, column 3"),
        (r'"\x"', "is not JSON: a text holds an escape that JSON does not have at line 1, column 2"),
        ("NaN", "is not JSON: NaN is no number that JSON has"),
        ("[-Infinity]", "is not JSON: -Infinity is no number that JSON has"),
        ("9" * 5000, "has a number of 5000 characters; at most 100 are allowed"),
        ("1." + "9" * 5000, "has a number of 5002 characters; at most 100 are allowed"),
        (r'["\ud800"]', r"holds half of a surrogate pair in '\ud800'"),
        (r'{"\udfff": 1}', r"holds half of a surrogate pair in '\udfff'"),
        ('{"a": 1, "a": 2}', "has the key 'a' twice in one object"),
        ("[" * 100_000, f"is not JSON of a sensible size: it has more than {MAX_VALUES} values"),
        ("[" * 5000, f"is nested more than {MAX_DEPTH} levels deep"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), f"is nested more than {MAX_DEPTH} levels deep"),
        ("[" + "1," * MAX_VALUES + "1]", f"is not JSON of a sensible size: it has more than {MAX_VALUES} values"),
    ],
)
def test_what_cannot_be_taken_is_told_in_our_words(text: str, problem: str) -> None:
    """Each fault has a sentence that says what and where, and none is Python's."""
    with pytest.raises(JsonTextError) as raised:
        parse_json(text)
    assert str(raised.value) == problem


@pytest.mark.parametrize("text", ["1e999", r'"\ud83d\ude00"', "9" * 100, "[" * MAX_DEPTH + "]" * MAX_DEPTH])
def test_what_is_at_the_bounds_is_read(text: str) -> None:
    """A pair of surrogates is a character; bounds are included."""
    parse_json(text)
