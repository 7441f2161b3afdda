"""Do errors keep their meaning when they cross a process?"""

from __future__ import annotations

import pytest

from filmstrip.domain import errors
from filmstrip.domain.errors import FilmstripError, Mistake, QueryError, error_named
from filmstrip.domain.task import TaskStatus, may_follow

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, FilmstripError) and kind is not QueryError
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_comes_back_by_its_name(kind: type[FilmstripError]) -> None:
    """The class name and the message are enough to raise the same error elsewhere."""
    again = error_named(kind.__name__, "what happened")
    assert type(again) is kind
    assert str(again) == "what happened"


def test_an_unknown_name_is_still_an_error_of_ours() -> None:
    """A message from another version is not lost."""
    assert str(error_named("BrandNewError", "what happened")) == "what happened"


def test_every_mistake_is_in_the_message() -> None:
    """Who reads only the message learns of all mistakes."""
    error = QueryError([Mistake("format[0].width", "is odd"), Mistake("source", "is required")])
    assert str(error) == "format[0].width: is odd; source: is required"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_says_what_it_is(kind: type[FilmstripError]) -> None:
    """The docstring of an error is a sentence for its reader."""
    assert (kind.__doc__ or "").strip().endswith(".")


def test_a_task_only_goes_forward() -> None:
    """No status follows an earlier one, and none leaves the end."""
    assert may_follow(TaskStatus.CREATED, TaskStatus.ENCODING)
    assert may_follow(TaskStatus.ENCODING, TaskStatus.ENCODING)
    assert not may_follow(TaskStatus.ENCODING, TaskStatus.DOWNLOADING)
    assert not may_follow(TaskStatus.COMPLETED, TaskStatus.SAVING)
