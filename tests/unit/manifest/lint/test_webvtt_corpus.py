"""Every broken form of a WebVTT track that was tried in real players is found, with the players that it broke."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from filmstrip.domain.geometry import FrameSize
from filmstrip.manifest.lint.finding import Finding, Level, Player
from filmstrip.manifest.lint.inspection import Kind, inspect, kind_of
from filmstrip.manifest.lint.surroundings import PictureFacts, Surroundings

BASE = b"""WEBVTT

00:00:00.000 --> 00:00:15.000
sprite.jpg#xywh=0,0,160,90

00:00:15.000 --> 00:00:30.000
sprite.jpg#xywh=160,0,160,90

00:00:30.000 --> 00:00:45.000
sprite.jpg#xywh=0,90,160,90

00:00:45.000 --> 00:01:01.000
sprite.jpg#xywh=160,90,160,90
"""

SPRITE = PictureFacts(size=FrameSize(320, 180), allow_origin="*")
HERE = Surroundings(
    url="https://cdn.example/v/thumbnails.vtt",
    page_origin="https://cdn.example",
    duration=Fraction(60),
    pictures={"sprite.jpg": SPRITE},
)
ELSEWHERE = replace(HERE, page_origin="https://www.example", allow_origin="*", video_crossorigin=True)

EVERYONE = {
    Player.BROWSER,
    Player.VIDEO_JS_8,
    Player.VIDEO_JS_10,
    Player.PLYR,
    Player.VIDSTACK,
    Player.MEDIA_CHROME,
    Player.SHAKA,
    Player.ARTPLAYER,
    Player.FLUID,
}


def swap(old: bytes, new: bytes, count: int = -1) -> Callable[[bytes], bytes]:
    """Make a change of the text that cannot miss."""

    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, count)

    return change


def keep(data: bytes) -> bytes:
    return data


def without_fragments(data: bytes) -> bytes:
    return b"\n".join(line.partition(b"#")[0] for line in data.split(b"\n"))


def with_identifiers(data: bytes) -> bytes:
    head, *blocks = data.split(b"\n\n")
    return b"\n\n".join([head, *(b"%d\n%s" % pair for pair in enumerate(blocks, start=1))])


def with_cue(payload: bytes) -> Callable[[bytes], bytes]:
    """Replace what the second cue shows."""
    return swap(b"sprite.jpg#xywh=160,0,160,90", payload)


def pictures(**facts: PictureFacts) -> Surroundings:
    return replace(HERE, pictures=facts)


UNREADABLE = replace(SPRITE, allow_origin=None)

BROKEN: dict[str, tuple[Callable[[bytes], bytes], Surroundings, str, set[Player]]] = {
    "separate": (
        without_fragments,
        HERE,
        "no-fragment",
        {Player.VIDSTACK, Player.MEDIA_CHROME, Player.ARTPLAYER},
    ),
    "separate-nocss": (
        without_fragments,
        HERE,
        "no-fragment",
        {Player.VIDEO_JS_8, Player.VIDSTACK, Player.MEDIA_CHROME, Player.ARTPLAYER},
    ),
    "vtt-root-rel": (keep, replace(HERE, track_src="/v/t.vtt"), "track-src-root", {Player.VIDEO_JS_8}),
    "vtt-root-rel in Vidstack": (keep, replace(HERE, track_src="/v/t.vtt"), "track-src-relative", {Player.VIDSTACK}),
    "vtt-page-rel": (keep, replace(HERE, track_src="v/t.vtt"), "track-src-relative", {Player.VIDSTACK}),
    "vtt-query-slash": (
        keep,
        replace(HERE, url="https://cdn.example/v/t.vtt?key=a/b"),
        "slash-in-query",
        {Player.VIDEO_JS_8, Player.PLYR, Player.ARTPLAYER, Player.FLUID},
    ),
    "sep-root-rel": (
        without_fragments,
        replace(HERE, track_src="/v/t.vtt"),
        "track-src-root",
        {Player.VIDEO_JS_8},
    ),
    "name-abs": (swap(b"sprite", b"https://cdn.example/v/sprite"), HERE, "name-absolute", {Player.FLUID}),
    "name-root": (swap(b"sprite", b"/v/sprite"), HERE, "name-root", {Player.VIDEO_JS_8, Player.FLUID}),
    "name-proto": (swap(b"sprite", b"//cdn.example/v/sprite"), HERE, "name-absolute", {Player.FLUID}),
    "name-space": (swap(b"sprite", b"my sprite"), HERE, "name-blank", {Player.ARTPLAYER, Player.FLUID}),
    "crlf": (swap(b"\n", b"\r\n"), HERE, "line-ends", {Player.VIDEO_JS_8}),
    "cue-ids": (with_identifiers, HERE, "cue-identifier", {Player.VIDEO_JS_8, Player.ARTPLAYER}),
    "note": (swap(b"WEBVTT\n", b"WEBVTT\n\nNOTE made by hand\n"), HERE, "comment", {Player.ARTPLAYER}),
    "header-kind": (swap(b"WEBVTT\n", b"WEBVTT\nKind: metadata\n"), HERE, "header-lines", {Player.ARTPLAYER}),
    "timestamp-map": (
        swap(b"WEBVTT\n", b"WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n"),
        HERE,
        "header-lines",
        {Player.ARTPLAYER},
    ),
    "settings": (swap(b"15.000\n", b"15.000 align:start\n"), HERE, "cue-settings", {Player.VIDEO_JS_8}),
    "blank-lines": (swap(b"\n\n00", b"\n\n\n00"), HERE, "blank-lines", {Player.VIDEO_JS_8}),
    "blank-cue": (with_cue(b""), HERE, "no-picture", {Player.ARTPLAYER}),
    "gap": (
        swap(b"--> 00:00:30", b"--> 00:00:25"),
        HERE,
        "gap",
        {Player.VIDEO_JS_10, Player.SHAKA},
    ),
    "ends-early": (
        swap(b"00:01:01", b"00:00:55"),
        HERE,
        "ends-early",
        {Player.VIDEO_JS_10, Player.MEDIA_CHROME, Player.SHAKA},
    ),
    "last-edge": (
        swap(b"00:01:01", b"00:01:00"),
        replace(HERE, duration=Fraction("60.02")),
        "ends-early",
        {Player.SHAKA},
    ),
    "first-late": (
        swap(b"00:00:00.000", b"00:00:02.000"),
        HERE,
        "starts-late",
        {Player.MEDIA_CHROME, Player.SHAKA},
    ),
    "xywh-pixel": (
        swap(b"xywh=", b"xywh=pixel:"),
        HERE,
        "fragment-unit",
        EVERYONE - {Player.BROWSER, Player.VIDEO_JS_8},
    ),
    "xywh-percent": (swap(b"xywh=", b"xywh=percent:"), HERE, "fragment-unit", EVERYONE),
    "fraction": (swap(b"00:15.000", b"00:15.200"), HERE, "fraction", {Player.VIDEO_JS_8, Player.ARTPLAYER}),
    "xo-cors": (
        keep,
        replace(ELSEWHERE, video_crossorigin=False),
        "crossorigin-attribute",
        {Player.BROWSER, Player.VIDEO_JS_10, Player.MEDIA_CHROME},
    ),
    "xo-nocors": (keep, replace(ELSEWHERE, allow_origin=None), "cors", EVERYONE),
    "xo-img-nocors": (
        keep,
        replace(ELSEWHERE, pictures={"sprite.jpg": UNREADABLE}, video_crossorigin=False),
        "picture-cors",
        {Player.MEDIA_CHROME, Player.FLUID},
    ),
    "xo-img-nocors-attr": (
        keep,
        replace(ELSEWHERE, pictures={"sprite.jpg": UNREADABLE}),
        "picture-cors-attribute",
        {Player.VIDEO_JS_10, Player.VIDSTACK},
    ),
    "vtt-signed": (
        keep,
        replace(HERE, url="https://cdn.example/v/t.vtt?X-Amz-Signature=00ff", pictures={}),
        "signed-address",
        EVERYONE,
    ),
    # Not in the matrix, but broken all the same.
    "no signature": (swap(b"WEBVTT", b"WEBVT"), HERE, "signature", EVERYONE),
    "no cue": (lambda _: b"WEBVTT\n", HERE, "no-cue", {Player.PLYR}),
    "broken times": (swap(b"00:00:30.000 -->", b"00:00:30,000 -->"), HERE, "broken-block", EVERYONE),
    "two lines": (with_cue(b"sprite.jpg#xywh=160,0,160,90\nb.jpg"), HERE, "payload-lines", EVERYONE),
    "overlap": (swap(b"--> 00:00:30", b"--> 00:00:35"), HERE, "cue-order", EVERYONE),
    "backward": (swap(b"00:01:01", b"00:00:41"), HERE, "cue-order", EVERYONE),
    "ends with the video": (swap(b"00:01:01", b"00:01:00"), HERE, "ends-with-video", {Player.VIDSTACK}),
    "half seconds": (
        swap(b"00:15.000", b"00:00.500"),
        HERE,
        "same-second",
        {Player.VIDEO_JS_8, Player.ARTPLAYER},
    ),
    "very long": (swap(b"00:01:01", b"100:00:01"), HERE, "hours", {Player.PLYR}),
    "bad rectangle": (with_cue(b"sprite.jpg#xywh=160,0,160"), HERE, "fragment-form", EVERYONE),
    "empty rectangle": (with_cue(b"sprite.jpg#xywh=160,0,0,90"), HERE, "fragment-form", EVERYONE),
    "mixed": (with_cue(b"sprite.jpg"), HERE, "mixed-cues", {Player.PLYR}),
    "odd letters": (swap(b"sprite", b"sprite(1)"), HERE, "name-characters", {Player.FLUID}),
    "missing picture": (keep, pictures(**{"sprite.jpg": PictureFacts("404 Not Found")}), "picture", EVERYONE),
    "outside": (
        keep,
        pictures(**{"sprite.jpg": replace(SPRITE, size=FrameSize(320, 90))}),
        "outside-picture",
        EVERYONE,
    ),
    "huge sprite": (
        keep,
        pictures(**{"sprite.jpg": replace(SPRITE, size=FrameSize(4097, 180))}),
        "large-picture",
        {Player.MEDIA3, Player.ROKU},
    ),
}

HARMLESS: dict[str, tuple[Callable[[bytes], bytes], Surroundings]] = {
    "sprite": (keep, HERE),
    "nothing known": (keep, Surroundings()),
    "vtt-query": (keep, replace(HERE, url="https://cdn.example/v/t.vtt?v=2")),
    "name-dotdot": (swap(b"sprite", b"../sprite"), HERE),
    "name-subdir": (swap(b"sprite", b"s/sprite"), HERE),
    "name-query": (swap(b".jpg", b".jpg?v=2"), HERE),
    "name-pct20": (swap(b"sprite", b"my%20sprite"), HERE),
    "two-sprites": (with_cue(b"other.jpg#xywh=0,0,160,90"), HERE),
    "no-hours": (swap(b"00:00:", b"00:"), HERE),
    "cr": (swap(b"\n", b"\r"), HERE),
    "bom": (swap(b"WEBVTT", b"\xef\xbb\xbfWEBVTT"), HERE),
    "header-text": (swap(b"WEBVTT", b"WEBVTT thumbnails"), HERE),
    "no-final-nl": (lambda data: data.rstrip(b"\n"), HERE),
    "ends-late": (swap(b"00:01:01", b"00:01:30"), HERE),
    "xo-cors-attr": (keep, ELSEWHERE),
}


def find(change: Callable[[bytes], bytes], around: Surroundings) -> list[Finding]:
    data = change(BASE)
    assert kind_of(data, "thumbnails.vtt") is Kind.WEBVTT
    return inspect(data, Kind.WEBVTT, around)


@pytest.mark.parametrize("variant", BROKEN)
def test_broken_variant_is_found(variant: str) -> None:
    """The rule that names the fault is broken, and names every player that was seen to fail."""
    change, around, rule, players = BROKEN[variant]
    findings = {finding.rule: finding for finding in find(change, around)}
    assert rule in findings
    assert players <= set(findings[rule].breaks)
    assert all(finding.places for finding in findings.values())


@pytest.mark.parametrize("variant", HARMLESS)
def test_harmless_variant_is_not_complained_about(variant: str) -> None:
    """What every player reads right gives no finding at all."""
    assert find(*HARMLESS[variant]) == []


@pytest.mark.parametrize("variant", ["gap", "first-late", "name-abs", "fraction", "xo-cors"])
def test_a_little_off_is_a_warning(variant: str) -> None:
    """What shows a neighbour's picture, or lies with the page, is a warning and not an error."""
    change, around, _rule, _players = BROKEN[variant]
    assert {finding.level for finding in find(change, around)} == {Level.WARNING}


def test_places_name_cues_and_lines() -> None:
    """A finding tells where to look."""
    (finding,) = find(*BROKEN["settings"][:2])
    assert finding.places == ("cue 1 (line 3)",)
