"""Rules on an HLS image media playlist ("HLS Image Media Playlist" 0.4), as Shaka and Roku read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.geometry import FrameSize
from filmstrip.manifest.lint.finding import Level, Player, Rule, whole_file
from filmstrip.manifest.lint.hls_reading import HlsPlaylist, HlsSegment, HlsTag
from filmstrip.manifest.lint.roku_limits import ROKU_REASON, is_too_large_for_roku
from filmstrip.manifest.lint.surroundings import Surroundings

_PAIR = re.compile(r"([1-9]\d{0,8})x([1-9]\d{0,8})")
_DECIMAL = re.compile(r"\d{1,12}(?:\.\d{1,30})?")
_CLOSE_SECONDS = Fraction(1, 500)


@dataclass(frozen=True, slots=True)
class Tiles:
    """What a well-formed EXT-X-TILES says.

    Attributes:
        tile: Size of one tile.
        columns: Tiles in a row.
        rows: Rows.
        interval: Seconds of one tile, None if it does not say.
    """

    tile: FrameSize
    columns: int
    rows: int
    interval: Fraction | None


def read_tiles(tag: HlsTag | None) -> Tiles | None:
    """Read EXT-X-TILES, None if it is absent or malformed."""
    attributes = tag.attributes if tag else {}
    size = _PAIR.fullmatch(attributes.get("RESOLUTION", ""))
    layout = _PAIR.fullmatch(attributes.get("LAYOUT", ""))
    if not size or not layout:
        return None
    interval = attributes.get("DURATION", "")
    return Tiles(
        FrameSize(int(size[1]), int(size[2])),
        int(layout[1]),
        int(layout[2]),
        Fraction(interval) if _DECIMAL.fullmatch(interval) else None,
    )


def _tiles_of(image: HlsSegment) -> Tiles | None:
    return read_tiles(image.tag("EXT-X-TILES"))


def _seconds_of(image: HlsSegment) -> Fraction | None:
    tag = image.tag("EXTINF")
    text = tag.value.partition(",")[0].strip() if tag else ""
    return Fraction(text) if _DECIMAL.fullmatch(text) else None


def _where(broken: Callable[[HlsSegment], bool]) -> Callable[[HlsPlaylist, Surroundings], Iterator[str]]:
    return lambda playlist, _: (str(image) for image in playlist.segments if broken(image))


def _wrong_times(playlist: HlsPlaylist, _: Surroundings) -> Iterator[str]:
    for position, image in enumerate(playlist.segments, start=1):
        tiles, seconds = _tiles_of(image), _seconds_of(image)
        if tiles is None or tiles.interval is None or seconds is None:
            continue
        beyond = seconds - tiles.interval * tiles.columns * tiles.rows
        is_last = position == len(playlist.segments)
        if beyond > _CLOSE_SECONDS or (beyond < -_CLOSE_SECONDS and not is_last):
            yield str(image)


def _varying(playlist: HlsPlaylist, _: Surroundings) -> Iterator[str]:
    layouts = {(tiles.tile, tiles.columns, tiles.rows) for tiles in map(_tiles_of, playlist.segments) if tiles}
    yield from whole_file(broken=len(layouts) > 1)


def _wrong_sizes(playlist: HlsPlaylist, around: Surroundings) -> Iterator[str]:
    for image in playlist.segments:
        tiles, facts = _tiles_of(image), around.pictures.get(image.uri)
        if tiles and facts and facts.size:
            expected = FrameSize(tiles.tile.width * tiles.columns, tiles.tile.height * tiles.rows)
            if facts.size != expected:
                yield f"{image} is {facts.size}, its tiles make {expected}"


def _too_large_for_roku(playlist: HlsPlaylist, _: Surroundings) -> Iterator[str]:
    for image in playlist.segments:
        tiles = _tiles_of(image)
        if tiles and is_too_large_for_roku(tiles.tile.width * tiles.columns, tiles.tile.height * tiles.rows):
            yield f"{image}: {tiles.tile.width * tiles.columns}x{tiles.tile.height * tiles.rows}"


def _problems(playlist: HlsPlaylist, around: Surroundings) -> Iterator[str]:
    for image in playlist.segments:
        facts = around.pictures.get(image.uri)
        if facts and facts.problem:
            yield f"{image}: {facts.problem}"


def _ends_early(playlist: HlsPlaylist, around: Surroundings) -> Iterator[str]:
    total = sum((_seconds_of(image) or Fraction(0) for image in playlist.segments), Fraction(0))
    yield from whole_file(broken=around.duration is not None and total < around.duration)


IMAGE_PLAYLIST_RULES: tuple[Rule[HlsPlaylist], ...] = (
    Rule(
        "images-only",
        Level.WARNING,
        (Player.ROKU,),
        "EXT-X-IMAGES-ONLY is missing",
        lambda playlist, _: whole_file(broken=not playlist.has("EXT-X-IMAGES-ONLY")),
    ),
    Rule(
        "no-image",
        Level.ERROR,
        (Player.SHAKA, Player.ROKU),
        "There is no image",
        lambda playlist, _: whole_file(broken=not playlist.segments),
    ),
    Rule(
        "tiles-missing",
        Level.ERROR,
        (Player.SHAKA, Player.ROKU),
        "EXT-X-TILES does not stand before this image: the whole sprite, or a wrong part of it, is shown",
        _where(lambda image: image.tag("EXT-X-TILES") is None),
    ),
    Rule(
        "tiles-form",
        Level.ERROR,
        (Player.SHAKA, Player.ROKU),
        "EXT-X-TILES needs RESOLUTION=widthxheight of one tile and LAYOUT=columnsxrows, with a plain x",
        _where(lambda image: image.tag("EXT-X-TILES") is not None and _tiles_of(image) is None),
    ),
    Rule(
        "tiles-duration",
        Level.ERROR,
        (Player.SHAKA,),
        "EXT-X-TILES has no DURATION: the tiles of a last sprite that is not full are mistimed",
        _where(lambda image: (tiles := _tiles_of(image)) is not None and tiles.interval is None),
    ),
    Rule(
        "extinf",
        Level.ERROR,
        (Player.SHAKA, Player.ROKU),
        "There is no EXTINF with the seconds of this image",
        _where(lambda image: _seconds_of(image) is None),
    ),
    Rule(
        "extinf-duration",
        Level.ERROR,
        (Player.SHAKA, Player.ROKU),
        "EXTINF is not the DURATION of all its tiles: the images after it are shown at wrong times",
        _wrong_times,
    ),
    Rule(
        "tiles-vary",
        Level.ERROR,
        (Player.SHAKA,),
        "Not all images have the same tiles: the first ones are taken for all",
        _varying,
    ),
    Rule(
        "ends-early",
        Level.ERROR,
        (Player.SHAKA,),
        "The images end before the video: no picture, or an old one, at the end of the bar",
        _ends_early,
    ),
    Rule(
        "endlist",
        Level.WARNING,
        (Player.SHAKA, Player.ROKU),
        "EXT-X-ENDLIST is missing: the playlist is read again and again",
        lambda playlist, _: whole_file(broken=not playlist.has("EXT-X-ENDLIST")),
    ),
    Rule("picture", Level.ERROR, (Player.SHAKA, Player.ROKU), "The picture cannot be fetched", _problems),
    Rule("roku-sheet", Level.WARNING, (Player.ROKU,), ROKU_REASON, _too_large_for_roku),
    Rule(
        "sprite-size",
        Level.ERROR,
        (Player.SHAKA, Player.ROKU),
        "The picture is not as large as its tiles together, so that wrong parts are shown; pad the last one",
        _wrong_sizes,
    ),
)
