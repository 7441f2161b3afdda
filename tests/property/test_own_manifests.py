"""Whatever is asked for, the manifests that we write break no rule of our own linter."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.sprite_grid import plan_grid
from filmstrip.domain.timing import IntervalGrid, TimeRange
from filmstrip.manifest import bif, dash, hls_images
from filmstrip.manifest.lint.finding import Finding, Level
from filmstrip.manifest.lint.inspection import Kind, inspect, kind_of, pictures_of
from filmstrip.manifest.lint.surroundings import PictureFacts, Surroundings
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.manifest.sprite_series import Sprite, SpriteSeries
from filmstrip.manifest.webvtt import webvtt

INTERVALS = st.sampled_from([Fraction(1, 2), Fraction(1), Fraction("7.5"), Fraction(10), Fraction(30), Fraction(1, 3)])


def errors(data: bytes, kind: Kind, around: Surroundings) -> list[Finding]:
    assert kind_of(data) is kind
    return [finding for finding in inspect(data, kind, around) if finding.level is Level.ERROR]


@example(interval=Fraction(1, 3), count=21, rest=Fraction(1, 100), columns=7, tile=FrameSize(214, 1400))
@example(interval=Fraction(1), count=3125, rest=Fraction(2073, 2075), columns=12, tile=FrameSize(10, 10))
@given(
    interval=INTERVALS,
    count=st.integers(1, 60),
    rest=st.fractions(min_value=Fraction(1, 100), max_value=1, max_denominator=1001),
    columns=st.integers(1, 12),
    tile=st.builds(FrameSize, st.integers(1, 400), st.integers(1, 400)),
)
def test_sprites_break_no_rule(interval: Fraction, count: int, rest: Fraction, columns: int, tile: FrameSize) -> None:
    """Track, playlist and MPD of the same sprites pass, and point at exactly those sprites."""
    duration = interval * (count - 1) + interval * rest
    times = IntervalGrid(TimeRange(Fraction(0), duration), interval)
    grid = plan_grid(tile, times.count, columns, max_side=1500)
    names = [f"sprite_{number:04}.jpg" for number in range(1, grid.sprite_count + 1)]
    series = SpriteSeries(grid, tuple(Sprite(name, 1000) for name in names), interval, duration, "image/jpeg")
    pictures = {name: PictureFacts(size=grid.sprite_size) for name in names}
    around = Surroundings(duration=duration, pictures=pictures)
    places = [grid.place(index) for index in range(grid.count)]
    cues = [
        Cue(span, PictureRef(names[place.sprite_index], tile, place.x, place.y))
        for span, place in zip(times.cues(), places, strict=True)
    ]
    texts = {
        Kind.WEBVTT: webvtt(cues),
        Kind.HLS_IMAGES: hls_images.image_playlist(series),
        Kind.DASH: dash.mpd(series),
    }
    for kind, text in texts.items():
        assert errors(text.encode(), kind, around) == []
        assert list(pictures_of(text.encode(), kind)) == names


@given(
    interval=INTERVALS.filter(lambda each: (each * 1000).denominator == 1),
    sizes=st.lists(st.integers(3, 99), min_size=1),
)
def test_bif_breaks_no_rule(interval: Fraction, sizes: list[int]) -> None:
    """A BIF file of any images passes without a warning."""
    data = bif.bif_index(sizes, interval) + b"".join(b"\xff\xd8\xff".ljust(size, b"\0") for size in sizes)
    assert inspect(data, Kind.BIF, Surroundings()) == []
