"""Rules on the pictures of a WebVTT track: their addresses, their rectangles and what is found there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from filmstrip.domain.geometry import FrameSize
from filmstrip.manifest.lint.finding import WEBVTT_PLAYERS, Level, Player, Rule, whole_file
from filmstrip.manifest.lint.surroundings import Surroundings
from filmstrip.manifest.lint.webvtt_reading import VttCue, VttTrack

_RECTANGLE = re.compile(r"xywh=(\d{1,9}),(\d{1,9}),([1-9]\d{0,8}),([1-9]\d{0,8})")
_UNIT = re.compile(r"xywh=(?:pixel|percent):")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SAFE_NAME = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&*+,;=%\s]*")
_COMMONLY_DECODED = 4096


def _where(broken: Callable[[VttCue], bool]) -> Callable[[VttTrack, Surroundings], Iterator[str]]:
    """Make a search for cues with a picture that something is wrong with."""
    return lambda track, _: (str(cue) for cue in track.cues if cue.name and broken(cue))


def is_absolute(name: str) -> bool:
    """Return whether an address names its own host."""
    return name.startswith("//") or _SCHEME.match(name) is not None


def _mixed(track: VttTrack, _: Surroundings) -> list[str]:
    with_pictures = [cue for cue in track.cues if cue.name]
    kinds = {(cue.fragment is None, is_absolute(cue.name)) for cue in with_pictures}
    return list(whole_file(broken=len(kinds) > 1))


def _problems(track: VttTrack, around: Surroundings) -> Iterator[str]:
    for cue in track.cues:
        facts = around.pictures.get(cue.name)
        if facts and facts.problem:
            yield f"{cue}: {cue.name}: {facts.problem}"


def _outside(track: VttTrack, around: Surroundings) -> Iterator[str]:
    for cue in track.cues:
        rectangle = _RECTANGLE.fullmatch(cue.fragment or "")
        facts = around.pictures.get(cue.name)
        if rectangle and facts and facts.size and not _fits(facts.size, *map(int, rectangle.groups())):
            yield f"{cue}: {cue.name} is {facts.size}"


def _fits(size: FrameSize, x: int, y: int, width: int, height: int) -> bool:
    return x + width <= size.width and y + height <= size.height


def _large(_: VttTrack, around: Surroundings) -> Iterator[str]:
    for name, facts in around.pictures.items():
        if facts.size and max(facts.size.width, facts.size.height) > _COMMONLY_DECODED:
            yield f"{name} is {facts.size}"


PICTURE_RULES: tuple[Rule[VttTrack], ...] = (
    Rule(
        "no-picture",
        Level.ERROR,
        (Player.ARTPLAYER,),
        "A cue without a picture makes the cues after it unreadable",
        lambda track, _: [str(cue) for cue in track.cues if not cue.name],
    ),
    Rule(
        "no-fragment",
        Level.ERROR,
        (Player.VIDEO_JS_8, Player.VIDSTACK, Player.MEDIA_CHROME, Player.ARTPLAYER),
        "No #xywh=: media-chrome and ArtPlayer show nothing, Vidstack a first picture of no size, and video.js 8's "
        "plugin needs the page's own CSS",
        _where(lambda cue: cue.fragment is None),
    ),
    Rule(
        "fragment-unit",
        Level.ERROR,
        WEBVTT_PLAYERS,
        "No player reads pixel: or percent: in a rectangle; it is written in bare pixels",
        _where(lambda cue: _UNIT.match(cue.fragment or "") is not None),
    ),
    Rule(
        "fragment-form",
        Level.ERROR,
        WEBVTT_PLAYERS,
        "The rectangle is not four whole numbers x,y,width,height",
        _where(
            lambda cue: (
                cue.fragment is not None and not _UNIT.match(cue.fragment) and not _RECTANGLE.fullmatch(cue.fragment)
            )
        ),
    ),
    Rule(
        "mixed-cues",
        Level.ERROR,
        (Player.PLYR,),
        "Cues with and without rectangle, or with and without host, are mixed: the first one decides for all",
        _mixed,
    ),
    Rule(
        "name-absolute",
        Level.WARNING,
        (Player.FLUID,),
        "With spriteRelativePath, which relative names need, the folder is put before an address with a host",
        _where(lambda cue: is_absolute(cue.name)),
    ),
    Rule(
        "name-root",
        Level.ERROR,
        (Player.VIDEO_JS_8, Player.FLUID),
        "An address that begins with / is put behind the track's folder: not found",
        _where(lambda cue: cue.name.startswith("/") and not cue.name.startswith("//")),
    ),
    Rule(
        "name-blank",
        Level.ERROR,
        (Player.ARTPLAYER, Player.FLUID),
        "A blank in an address is not read; it is written %20",
        _where(lambda cue: any(character.isspace() for character in cue.name)),
    ),
    Rule(
        "name-characters",
        Level.WARNING,
        (Player.FLUID, Player.VIDEO_JS_8),
        "Brackets, quotes and letters outside ASCII break the CSS that some players make of an address; "
        "percent-encode them",
        _where(lambda cue: not _SAFE_NAME.fullmatch(cue.name)),
    ),
    Rule("picture", Level.ERROR, WEBVTT_PLAYERS, "The picture cannot be fetched", _problems),
    Rule("outside-picture", Level.ERROR, WEBVTT_PLAYERS, "The rectangle is not inside the picture", _outside),
    Rule(
        "large-picture",
        Level.WARNING,
        (Player.MEDIA3, Player.ROKU),
        f"Phones and set-top boxes decode no picture with a side above {_COMMONLY_DECODED} pixels",
        _large,
    ),
)
