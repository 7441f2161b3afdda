"""Which frame is played at a moment? Told from the times that an asset was made with, by no media library.

The rule: the last picture in presentation order whose time is not after the moment; before the first picture the first,
after the last the last.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from fractions import Fraction

from assets import Asset


def index_played_at(asset: Asset, seconds: Fraction) -> int:
    """Return which picture of the asset, from 0 in presentation order, is played at a moment.

    Args:
        asset: The source.
        seconds: Time counted from the first shown picture.
    """
    return max(0, bisect_right(asset.times, seconds) - 1)


def number_played_at(asset: Asset, seconds: Fraction) -> int:
    """Return the bar code of the picture that is played at a moment, counted from the first shown picture."""
    return asset.numbers[index_played_at(asset, seconds)]


def numbers_played_at(asset: Asset, moments: Iterable[Fraction]) -> list[int]:
    """Return the bar code of the picture that is played at each moment."""
    return [number_played_at(asset, seconds) for seconds in moments]


def time_played_at(asset: Asset, seconds: Fraction) -> Fraction:
    """Return when the picture that is played at a moment began, in seconds from the first shown picture."""
    return asset.times[index_played_at(asset, seconds)]
