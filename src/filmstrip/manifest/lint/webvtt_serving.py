"""Rules on how a WebVTT track is addressed and served: names relative to it, signatures, and who may read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from filmstrip.manifest.lint.finding import WEBVTT_PLAYERS, Level, Player, Rule, whole_file
from filmstrip.manifest.lint.surroundings import Surroundings
from filmstrip.manifest.lint.webvtt_pictures import is_absolute
from filmstrip.manifest.lint.webvtt_reading import VttTrack

_SIGNATURES = {
    "x-amz-signature",  # Amazon S3, version 4
    "x-goog-signature",  # Google Cloud Storage
    "signature",  # Amazon S3, version 2, and CloudFront
    "sig",  # Azure shared access signature
    "token",  # most content delivery networks
    "hdnts",  # Akamai
    "policy",  # CloudFront
}


def _has_relative_names(track: VttTrack) -> bool:
    return any(cue.name and not is_absolute(cue.name) for cue in track.cues)


def _query(around: Surroundings) -> str:
    return urlsplit(around.track_src or around.url or "").query


def _signed(track: VttTrack, around: Surroundings) -> Iterable[str]:
    signed = any(key.lower() in _SIGNATURES for key, _ in parse_qsl(_query(around), keep_blank_values=True))
    relative = [cue for cue in track.cues if cue.name and not is_absolute(cue.name) and "?" not in cue.name]
    reachable = [cue for cue in relative if cue.name in around.pictures and not around.pictures[cue.name].problem]
    return whole_file(broken=signed and bool(relative) and len(reachable) < len(relative))


def _root_src(track: VttTrack, around: Surroundings) -> Iterable[str]:
    source = around.track_src or ""
    root_relative = source.startswith("/") and not source.startswith("//")
    return whole_file(broken=root_relative and _has_relative_names(track))


def _relative_src(track: VttTrack, around: Surroundings) -> Iterable[str]:
    source = around.track_src
    return whole_file(broken=source is not None and not is_absolute(source) and _has_relative_names(track))


def _unreadable_pictures(_: VttTrack, around: Surroundings) -> Iterator[str]:
    for name, facts in around.pictures.items():
        if not facts.problem and not around.may_read(facts.allow_origin):
            yield name


def _unreadable_with_attribute(track: VttTrack, around: Surroundings) -> Iterator[str]:
    if around.video_crossorigin:
        yield from _unreadable_pictures(track, around)


SERVING_RULES: tuple[Rule[VttTrack], ...] = (
    Rule(
        "cors",
        Level.ERROR,
        WEBVTT_PLAYERS,
        "The track comes from another origin than the page, without Access-Control-Allow-Origin: nothing is shown",
        lambda _, around: whole_file(broken=not around.may_read(around.allow_origin)),
    ),
    Rule(
        "crossorigin-attribute",
        Level.WARNING,
        (Player.BROWSER, Player.VIDEO_JS_10, Player.MEDIA_CHROME),
        "A track from another origin is loaded only if the page writes <video crossorigin>",
        lambda _, around: whole_file(broken=around.is_cross_origin and not around.video_crossorigin),
    ),
    Rule(
        "picture-cors",
        Level.ERROR,
        (Player.MEDIA_CHROME, Player.FLUID),
        "The picture comes from another origin, without Access-Control-Allow-Origin: not shown",
        _unreadable_pictures,
    ),
    Rule(
        "picture-cors-attribute",
        Level.ERROR,
        (Player.VIDEO_JS_10, Player.VIDSTACK),
        "Pictures inherit <video crossorigin>, and come without Access-Control-Allow-Origin: not shown",
        _unreadable_with_attribute,
    ),
    Rule(
        "signed-address",
        Level.ERROR,
        WEBVTT_PLAYERS,
        "The track's signature does not reach its pictures, whose names are relative: refused",
        _signed,
    ),
    Rule(
        "slash-in-query",
        Level.ERROR,
        (Player.VIDEO_JS_8, Player.PLYR, Player.ARTPLAYER, Player.FLUID),
        "A / in the query of the track's address is taken for its folder; it is written %2F",
        lambda _, around: whole_file(broken="/" in _query(around)),
    ),
    Rule(
        "track-src-root",
        Level.ERROR,
        (Player.VIDEO_JS_8,),
        "The page writes the track's address with / at the beginning, which is put behind the page's folder",
        _root_src,
    ),
    Rule(
        "track-src-relative",
        Level.ERROR,
        (Player.VIDSTACK,),
        "The page writes the track's address without a host, so names are taken to be relative to the page",
        _relative_src,
    ),
)
