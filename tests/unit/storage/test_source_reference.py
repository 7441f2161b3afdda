"""When two states of a source count as the same."""

from __future__ import annotations

import pytest

from filmstrip.storage.source_reference import SourceVersion

BASE = SourceVersion(100, '"a"', "Mon, 01 Jan 2029 00:00:00 GMT")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (BASE, True),
        (SourceVersion(), True),
        (SourceVersion(None, '"a"', "Tue, 02 Jan 2029 00:00:00 GMT"), True),
        (SourceVersion(100, 'W/"a"', None), True),
        (SourceVersion(100, '"b"', BASE.last_modified), False),
        (SourceVersion(101, '"a"', BASE.last_modified), False),
        (SourceVersion(100, None, BASE.last_modified), True),
        (SourceVersion(100, None, "Tue, 02 Jan 2029 00:00:00 GMT"), False),
    ],
)
def test_a_state_is_the_same_unless_something_known_differs(other: SourceVersion, *, is_same: bool) -> None:
    """The tag decides, then size and date; what one side does not know decides nothing."""
    assert BASE.is_same(other) is is_same
    assert other.is_same(BASE) is is_same
