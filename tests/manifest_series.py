"""One small video as every manifest tells it: 47.2 s, a picture every 5 s, sprites of 3 x 2, the last one not full."""

from __future__ import annotations

from fractions import Fraction

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.sprite_grid import SpriteGrid
from filmstrip.domain.timing import IntervalGrid, TimeRange
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.manifest.sprite_series import Sprite, SpriteSeries
from filmstrip.manifest.storyboard_json import Shot

DURATION = Fraction("47.2")
INTERVAL = Fraction(5)
TILE = FrameSize(160, 90)
TIMES = IntervalGrid(TimeRange(Fraction(0), DURATION), INTERVAL)
GRID = SpriteGrid(TILE, TIMES.count, columns=3, rows=2)
SPRITES = (Sprite("sprite_0001.jpg", 20_000), Sprite("sprite_0002.jpg", 16_000))
SERIES = SpriteSeries(GRID, SPRITES, INTERVAL, DURATION, "image/jpeg")


def cues() -> list[Cue]:
    """Tell when each tile is shown."""
    places = [GRID.place(index) for index in range(GRID.count)]
    return [
        Cue(span, PictureRef(SPRITES[place.sprite_index].name, TILE, place.x, place.y))
        for span, place in zip(TIMES.cues(), places, strict=True)
    ]


def shots() -> list[Shot]:
    """Tell which frame each tile shows: of a source with 23.976 frames a second, the third one a substitute."""
    rate = Fraction(24000, 1001)
    return [
        Shot(cue, FrameStamp(target, Fraction(target * rate // 1) / rate, index % 2 == 0, index == 2))
        for index, (cue, target) in enumerate(zip(cues(), TIMES.targets(), strict=True))
    ]
