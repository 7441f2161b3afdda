"""Names lead down and fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.storage.object_name import joined_name


@pytest.mark.parametrize(
    ("prefix", "name", "joined"),
    [("a/b", "c", "a/b/c"), ("/a/b/", "c/d", "a/b/c/d"), ("", "c", "c"), ("a/b.mp4", "", "a/b.mp4")],
)
def test_prefix_and_name_are_joined_by_one_slash(prefix: str, name: str, joined: str) -> None:
    """However the prefix is written, one slash stands between it and the name."""
    assert joined_name(prefix, name) == joined


@pytest.mark.parametrize("prefix", ["../a", "a/../b", "a//b", "a/./b", "a\\b", "a\x00b", ""])
def test_a_prefix_leads_down_too(prefix: str) -> None:
    """The client's own part of the path is held to the same rule, and cannot be empty without a name."""
    with pytest.raises(DestinationRefusedError):
        joined_name(prefix, "")


def test_a_key_that_is_too_long_is_refused() -> None:
    """Keys longer than S3 allows are refused before anything is sent; the limit is in bytes."""
    assert joined_name("", "x" * 1024)
    with pytest.raises(DestinationRefusedError, match="1024 bytes"):
        joined_name("", "ü" * 513)


@given(st.text(max_size=30))
def test_no_name_leads_out(name: str) -> None:
    """Whatever the name, it is refused or lies below the prefix."""
    try:
        joined = joined_name("base", name)
    except DestinationRefusedError:
        return
    assert joined == "base" or joined.startswith("base/")
    assert ".." not in joined.split("/")
