"""Which hosts have answered?"""

from collections.abc import Iterator
from typing import Any

import pytest

from filmstrip.db.database import Database
from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import DestinationForbiddenError, DestinationUnreachableError, FilmstripError
from filmstrip.jobs.tasks.answers import Answers

LARGE = 64 << 20


class ListingStore:
    """Answers a listing, or fails it."""

    def __init__(self, failure: FilmstripError | None = None) -> None:
        self.failure = failure
        self.asked = 0

    def names(self) -> Iterator[str]:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        yield from ("a", "b")

    def put(self, *_arguments: Any) -> None:
        raise AssertionError

    def locate(self, *_arguments: Any) -> Location:
        raise AssertionError

    def close(self) -> None:
        raise AssertionError


@pytest.mark.parametrize("failure", [None, DestinationForbiddenError("no listing for you")])
def test_a_host_is_asked_before_what_takes_long(database: Database, token: str, failure: FilmstripError | None) -> None:
    """A destination that breaks down in the middle of a large file is known to answer, also if it only says no."""
    store = ListingStore(failure)
    Answers(database, token).ask(store, "host:1", LARGE)
    assert database.outages.has_answered(token, "host:1")


def test_a_host_that_is_silent_has_not_answered(database: Database, token: str) -> None:
    """A mistyped address fails soon, however large the file is."""
    Answers(database, token).ask(ListingStore(DestinationUnreachableError("silence")), "host:1", LARGE)
    assert not database.outages.has_answered(token, "host:1")


def test_a_host_is_asked_only_where_it_pays(database: Database, token: str) -> None:
    """Small files cost no request more, nor do those after the first answer, by whatever output of the task."""
    store, answers = ListingStore(), Answers(database, token)
    answers.ask(store, "host:1", 1000)
    assert store.asked == 0
    answers.ask(store, "host:1", LARGE)
    answers.ask(store, "host:1", LARGE)
    Answers(database, token).ask(store, "host:1", LARGE)
    assert store.asked == 1
    answers.note("other:1")
    answers.ask(store, "other:1", LARGE)
    answers.ask(store, "", LARGE)
    assert store.asked == 1


def test_each_host_is_written_down_once(database: Database, token: str) -> None:
    """By several outputs, in any order; this machine is no host."""
    for host in ("one", "two", "", "one"):
        Answers(database, token).note(host)
    assert [database.outages.has_answered(token, host) for host in ("one", "two", "three", "")] == [
        True,
        True,
        False,
        False,
    ]
