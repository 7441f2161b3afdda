"""What a rule is, what a finding is, and which readers it hurts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from filmstrip.manifest.lint.surroundings import Surroundings

Subject = TypeVar("Subject")


class Level(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """Some player shows nothing, or a wrong picture."""
    WARNING = "warning"
    """Some player is a little off, or the page has to take care."""


class Player(StrEnum):
    """Who reads thumbnails."""

    BROWSER = "the browser's own track"
    VIDEO_JS_8 = "video.js 8 with videojs-vtt-thumbnails"
    VIDEO_JS_10 = "video.js 10"
    PLYR = "Plyr"
    VIDSTACK = "Vidstack"
    MEDIA_CHROME = "media-chrome"
    SHAKA = "Shaka Player"
    ARTPLAYER = "ArtPlayer"
    FLUID = "Fluid Player"
    DASH_JS = "dash.js"
    HLS_JS = "hls.js"
    MEDIA3 = "Android (Media3)"
    ROKU = "Roku"
    MUX_READERS = "readers of Mux's storyboards"
    BIF_PARSER = "BIF readers that count frames"


WEBVTT_PLAYERS = (
    Player.BROWSER,
    Player.VIDEO_JS_8,
    Player.VIDEO_JS_10,
    Player.PLYR,
    Player.VIDSTACK,
    Player.MEDIA_CHROME,
    Player.SHAKA,
    Player.ARTPLAYER,
    Player.FLUID,
)
"""Who reads a WebVTT track."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[Subject]):
    """One thing that a manifest should not do.

    Attributes:
        name: Short name of the rule.
        level: How much it matters.
        breaks: Which readers it hurts.
        reason: What happens, in a sentence.
        find: Names the places where it is broken, such as "cue 3", in a manifest and its surroundings.
    """

    name: str
    level: Level
    breaks: tuple[Player, ...]
    reason: str
    find: Callable[[Subject, Surroundings], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken.

    Attributes:
        rule: Short name of the rule.
        level: How much it matters.
        breaks: Which readers it hurts.
        reason: What happens, in a sentence.
        places: Where, at least one; "" for the whole file.
    """

    rule: str
    level: Level
    breaks: tuple[Player, ...]
    reason: str
    places: tuple[str, ...]


def check(rules: Sequence[Rule[Subject]], subject: Subject, around: Surroundings) -> list[Finding]:
    """Find every rule that is broken."""
    found = ((rule, tuple(rule.find(subject, around))) for rule in rules)
    return [Finding(rule.name, rule.level, rule.breaks, rule.reason, places) for rule, places in found if places]


def whole_file(*, broken: bool) -> Iterable[str]:
    """Name the whole file if a rule is broken, and nothing if it is not."""
    return [""] if broken else []
