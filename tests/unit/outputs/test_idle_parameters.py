"""Does a client hear of parameters that change nothing?"""

from __future__ import annotations

from fractions import Fraction

import pytest

from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.outputs.thumbnails.output import Thumbnails

_VIDEO = VideoStream(0, "h264", FrameSize(320, 180), Fraction(1), Orientation(), None, Fraction(1, 1000), 0, None)
_FILM = MediaInfo("mp4", Fraction(30), Fraction(0), 5_000_000, _VIDEO)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"rows": 4}, 'rows changed nothing, as pictures are files of their own without "sprite": 1'),
        ({"columns": 5, "rows": 4}, "columns and rows changed nothing"),
        ({"sizes": ["64x36"], "size": "32x18", "width": 32}, "size and width changed nothing, as sizes says"),
    ],
)
def test_what_changes_nothing_is_told(asked: dict[str, object], told: str) -> None:
    """Who forgets the sprite, or gives two kinds of sizes, finds it in the warnings."""
    (warning,) = Thumbnails.model_validate(asked).plan(_FILM).warnings
    assert told in warning


@pytest.mark.parametrize(
    "asked",
    [
        {"sprite": 1, "columns": 5, "rows": 4},
        {"sizes": ["64x36"], "max_sprite_side": 4096},
        {"width": 32, "height": 18, "columns": "", "rows": None},
    ],
)
def test_what_counts_is_not_told(asked: dict[str, object]) -> None:
    """What has an effect, what an operator fills in and what is empty are left in peace."""
    assert Thumbnails.model_validate(asked).plan(_FILM).warnings == ()
