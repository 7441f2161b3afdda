"""What does the operator lend to a task?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from filmstrip.domain.errors import QueryError
from filmstrip.jobs.tasks.lending import check_credentials
from filmstrip.outputs.registry import parse_query
from filmstrip.storage.lender import NOBODY, Lender
from filmstrip.storage.lending.named_stores import StoreLender
from filmstrip.storage.named_store import NamedStore

STORE = NamedStore(
    name="media",
    endpoint="http://minio:9000",
    bucket="films",
    key_variable="K",
    secret_variable="S",
    api_keys=("shop",),
)
INSIDE = "s3://minio:9000/films/a/"


def problems(source: str, lender: Lender, *destinations: Any) -> list[str]:
    formats = [{"output": "thumbnails", "destination": place} for place in destinations]
    query = parse_query(json.dumps({"query": {"source": source, "format": formats}}))
    try:
        check_credentials(query, lender)
    except QueryError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


def test_every_place_without_credentials_is_named() -> None:
    """Each S3 place needs its own credentials or lent ones, and all that lack them are told at once."""
    found = problems(
        "s3://minio:9000/films/v.mp4", NOBODY, INSIDE, [f"{INSIDE}b/", "s3://k:s@h.com/b/"], "file:///srv/"
    )
    assert [problem.partition(": ")[0] for problem in found] == [
        "source",
        "format[0].destination",
        "format[1].destination[0]",
    ]
    assert all("has no credentials: s3:// needs a key and a secret" in problem for problem in found)
    lender = StoreLender([STORE], "shop")
    assert (
        problems("s3://minio:9000/films/v.mp4", lender, INSIDE, [f"{INSIDE}b/", "s3://k:s@h.com/b/"], "file:///srv/")
        == []
    )


def test_nobody_learns_of_a_store_that_is_not_theirs() -> None:
    """Whether a store is there, another's, or not there, the sentence is the same."""
    lender = StoreLender([STORE], "others")
    answers = {
        (problems(f"s3://{place}/v.mp4", lender, "file:///srv/")[0])
        for place in ("minio:9000/films", "minio:9000/nowhere", "nowhere.example/films")
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("half", "sentence"), [("key", "a key without a secret"), ("secret", "a secret without a key")]
)
def test_half_credentials_are_none(half: str, sentence: str) -> None:
    """A key without its secret is a mistake, and never completed by the operator's."""
    (found,) = problems("http://h.com/v.mp4", StoreLender([STORE], "shop"), {"url": INSIDE, half: "hush"})
    assert sentence in found
    assert "hush" not in found
