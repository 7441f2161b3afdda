"""The frame that a client wants for a moment: the exact one, a cheap one, or a good one."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator

from filmstrip.domain.timing import EXACT, KEYFRAME, Precision
from filmstrip.params.parameters import Parameters
from filmstrip.params.values import mistake, one_of, parse_exact

_WIDEST_SEARCH = Fraction(2)
_NAMED = {"exact": EXACT, "keyframe": KEYFRAME}


class FrameChoice(StrEnum):
    """What counts when a frame is chosen near a moment."""

    PLAYED = "played"
    """The frame that a player shows at the moment."""
    BEST = "best"
    """A sharp frame that is neither black nor white, if the one at the moment is not."""


def _parse_precision(value: object) -> Precision:
    if isinstance(value, Precision):
        return value
    named = _NAMED.get(str(value).strip().lower())
    if named is not None:
        return named
    seconds = parse_exact(value)
    if seconds is None or seconds < 0:
        raise mistake(value, "exact, keyframe or a number of seconds, 0 or above")
    return Precision(seconds)


class FrameSelection(Parameters):
    """Which frame stands for a moment.

    Attributes:
        precision: `exact` (the default) for the very frame played at each moment; `keyframe` for the last keyframe at
            or before it, many times cheaper; a number of seconds to take a keyframe that is at most so far before.
        select: `played` (the default), or `best` to prefer, among the frames decoded on the way to a moment, a sharp
            one that is neither black nor a flash. The time told in the manifests of times is that of the frame taken.
    """

    precision: Annotated[Precision, BeforeValidator(_parse_precision)] = EXACT
    select: Annotated[FrameChoice, one_of([choice.value for choice in FrameChoice])] = FrameChoice.PLAYED

    def best_within(self, interval: Fraction) -> Fraction | None:
        """Return how far before a moment a better frame may lie, in seconds; None to take the frame that is played."""
        return min(interval / 2, _WIDEST_SEARCH) if self.select is FrameChoice.BEST else None
