"""The ways in which clients list tasks."""

import pytest

from filmstrip.api.errors import BadTokensError
from filmstrip.api.form import parse_form
from filmstrip.api.status import MAX_TOKENS, parse_tokens

A, B = "a" * 32, "b" * 32


@pytest.mark.parametrize(
    "body",
    [
        f"task_tokens={A},{B}",
        f"task_tokens={A}%2C%20{B}",
        f"task_tokens[]={A}&task_tokens[]={B}",
        f"task_tokens%5B%5D={A}&task_tokens%5B%5D={B}",
        f"task_tokens={A}&task_tokens={B}",
        f'task_tokens=["{A}", "{B}"]',
        f"task_tokens={A},{B},{A},",
    ],
)
def test_every_form_of_a_list_is_read(body: str) -> None:
    """A comma list, repeated fields and a JSON list name the same tasks, each once."""
    assert parse_tokens(parse_form(body)) == (A, B)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("", "names no task"),
        ("task_tokens=,", "names no task"),
        ("task_tokens=abc", '"abc" is not a task token'),
        (f"task_tokens={A.upper()}", "is not a task token"),
        (f"task_tokens={A},../x", '"../x" is not a task token'),
        ("task_tokens=[1", "it is not JSON: a comma or a bracket is missing"),
        ("task_tokens=" + ",".join(f"{n:032x}" for n in range(MAX_TOKENS + 1)), f"at most {MAX_TOKENS}"),
    ],
)
def test_a_list_that_is_none_is_refused(body: str, complaint: str) -> None:
    """A missing, malformed or endless list is refused with what is wrong with it."""
    with pytest.raises(BadTokensError, match=complaint):
        parse_tokens(parse_form(body))
