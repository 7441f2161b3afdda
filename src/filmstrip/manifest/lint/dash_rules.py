"""Rules on the thumbnails of an MPD (DASH-IF IOP 6.2.6), as Shaka, dash.js and Media3 read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from filmstrip.domain.geometry import FrameSize
from filmstrip.manifest.lint.dash_reading import ImageSet
from filmstrip.manifest.lint.finding import Level, Player, Rule, whole_file
from filmstrip.manifest.lint.roku_limits import ROKU_REASON, is_too_large_for_roku
from filmstrip.manifest.lint.surroundings import Surroundings

_READERS = (Player.SHAKA, Player.DASH_JS, Player.MEDIA3)
_Sets = tuple[ImageSet, ...] | None


def _where(broken: Callable[[ImageSet], bool]) -> Callable[[_Sets, Surroundings], Iterator[str]]:
    return lambda sets, _: (str(each) for each in sets or () if broken(each))


def _grid(images: ImageSet) -> tuple[int, int] | None:
    return images.properties[0].grid if images.properties else None


def _not_a_grid(images: ImageSet) -> bool:
    grid = _grid(images)
    return grid is not None and bool(images.width % grid[0] or images.height % grid[1])


def _wrong_sizes(sets: _Sets, around: Surroundings) -> Iterator[str]:
    for images in sets or ():
        expected = FrameSize(max(1, images.width), max(1, images.height))
        for name in images.names:
            facts = around.pictures.get(name)
            if facts and facts.size and facts.size != expected:
                yield f"{name} is {facts.size}, {images} says {images.width}x{images.height}"


def _problems(sets: _Sets, around: Surroundings) -> Iterator[str]:
    for images in sets or ():
        for name in images.names:
            facts = around.pictures.get(name)
            if facts and facts.problem:
                yield f"{name}: {facts.problem}"


def _last_is_short(images: ImageSet) -> bool:
    return len(images.timeline) > 1 and images.timeline[-1] < images.timeline[0]


def _last_is_not_full(images: ImageSet) -> bool:
    grid = _grid(images)
    if not grid or not images.segment_seconds or not images.period_seconds:
        return False
    one_tile = images.segment_seconds / (grid[0] * grid[1])
    rest = images.period_seconds % images.segment_seconds
    return 0 < rest <= images.segment_seconds - one_tile


DASH_RULES: tuple[Rule[_Sets], ...] = (
    Rule("xml", Level.ERROR, _READERS, "This is no well-formed MPD", lambda sets, _: whole_file(broken=sets is None)),
    Rule(
        "no-image-set",
        Level.WARNING,
        _READERS,
        "There is no AdaptationSet of images",
        lambda sets, _: whole_file(broken=sets == ()),
    ),
    Rule(
        "tile-property",
        Level.ERROR,
        (Player.SHAKA, Player.DASH_JS),
        "No EssentialProperty tells the grid: Shaka drops the set",
        _where(lambda images: not images.properties),
    ),
    Rule(
        "property-kind",
        Level.ERROR,
        (Player.SHAKA, Player.DASH_JS),
        "The grid is told by a SupplementalProperty: Shaka shows nothing, dash.js a wrong part",
        _where(lambda images: bool(images.properties) and not any(each.is_essential for each in images.properties)),
    ),
    Rule(
        "property-place",
        Level.ERROR,
        (Player.SHAKA,),
        "The property stands in the AdaptationSet, not in the Representation: no thumbnails",
        _where(lambda images: bool(images.properties) and not any(e.in_representation for e in images.properties)),
    ),
    Rule(
        "property-value",
        Level.ERROR,
        _READERS,
        'The grid is not written as columns x rows, such as "10x5"',
        _where(lambda images: any(each.grid is None for each in images.properties)),
    ),
    Rule(
        "sprite-size",
        Level.ERROR,
        (Player.DASH_JS,),
        "Width and height are not those of the whole sprite, a multiple of its columns and rows: a wrong part is shown",
        _where(_not_a_grid),
    ),
    Rule(
        "picture-size",
        Level.ERROR,
        (Player.DASH_JS, Player.SHAKA),
        "The picture has another size than its Representation says: a wrong part is shown; pad the last one",
        _wrong_sizes,
    ),
    Rule("picture", Level.ERROR, _READERS, "The picture cannot be fetched", _problems),
    Rule(
        "roku-sheet",
        Level.WARNING,
        (Player.ROKU,),
        ROKU_REASON,
        _where(lambda images: is_too_large_for_roku(images.width, images.height)),
    ),
    Rule(
        "short-timeline",
        Level.ERROR,
        (Player.SHAKA, Player.DASH_JS),
        "The last segment of the timeline is shorter, and its time is divided by all tiles: use @duration",
        _where(_last_is_short),
    ),
    Rule(
        "last-sprite",
        Level.WARNING,
        (Player.MEDIA3,),
        "The last sprite is not full, and its time is cut at the end and divided by all tiles (read in its source)",
        _where(_last_is_not_full),
    ),
)
