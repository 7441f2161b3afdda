"""A view of a file from the places where it can be read though no index leads into it; they are found by searching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from filmstrip.media.source.media_source import ByteRanges


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A file as it is read from a place on.

    Attributes:
        source: Its header, and what follows from the place on.
        is_whole: Whether nothing is left out.
        before: The same from an earlier place on, for what cannot be decoded from this one.
    """

    source: ByteRanges
    is_whole: bool
    before: Callable[[], ByteRanges]


READ_ON_SECONDS = Fraction(5)
"""The usual `longest_gap`."""


class Places(Protocol):
    """Places in a file that it can be read from.

    Attributes:
        longest_run: For how many seconds is read on from one of them, None for as long as targets lie near each other.
        longest_gap: Targets that lie nearer together than so many seconds are reached by reading on.
    """

    @property
    def longest_run(self) -> Fraction | None: ...  # noqa: D102 - told above

    @property
    def longest_gap(self) -> Fraction: ...  # noqa: D102 - told above

    def view_before(self, pts: int, until_pts: int) -> PlaceView | None:
        """Find a place before a moment; None if there is none.

        Args:
            pts: The moment, in the time base of the stream.
            until_pts: Up to when will be read.
        """
