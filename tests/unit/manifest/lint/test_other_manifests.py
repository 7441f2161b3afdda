"""Broken playlists, MPDs and BIF files, as they were tried in real players, are found with whom they broke."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import manifest_series as series
from filmstrip.domain.geometry import FrameSize
from filmstrip.manifest import bif
from filmstrip.manifest.lint.finding import Player
from filmstrip.manifest.lint.inspection import Kind, inspect, kind_of, pictures_of, playlists_of
from filmstrip.manifest.lint.surroundings import PictureFacts, Surroundings

GOLDENS = Path(__file__).parents[3] / "goldens"
IMAGES = (GOLDENS / "images.m3u8").read_bytes()
MJPG = (GOLDENS / "mjpg.m3u8").read_bytes()
MPD = (GOLDENS / "thumbnails.mpd").read_bytes()
ENTRIES = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n" + (GOLDENS / "entries.m3u8").read_bytes()
BOARD = (GOLDENS / "storyboard.json").read_bytes()
MUX = (GOLDENS / "storyboard_mux.json").read_bytes()
BIF = bif.bif_index([4] * 3, Fraction(5)) + b"\xff\xd8\xff\xd9" * 3

GOOD = PictureFacts(size=series.GRID.sprite_size, allow_origin="*")
AROUND = Surroundings(duration=series.DURATION, pictures={"sprite_0001.jpg": GOOD, "sprite_0002.jpg": GOOD})
SHORT_LAST = replace(
    AROUND, pictures={"sprite_0001.jpg": GOOD, "sprite_0002.jpg": PictureFacts(size=FrameSize(480, 90))}
)
SHEET = replace(
    AROUND, pictures={"https://cdn.example.com/sprite.jpg": PictureFacts(size=FrameSize(480, 360), allow_origin="*")}
)
GONE = replace(AROUND, pictures={"sprite_0002.jpg": PictureFacts("404 Not Found")})

CROSSED_SIZE = "160\N{MULTIPLICATION SIGN}90".encode()
PROPERTY = rb'<EssentialProperty schemeIdUri="([^"]*)" value="3x2" />'


def swap(old: bytes, new: bytes, count: int = -1) -> Callable[[bytes], bytes]:
    """Make a change of the text that cannot miss."""

    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, count)

    return change


def swap_pattern(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        changed, times = re.subn(old, new, data)
        assert times
        return changed

    return change


def keep(data: bytes) -> bytes:
    return data


def property_in_adaptation_set(data: bytes) -> bytes:
    found = re.search(PROPERTY, data)
    assert found is not None
    return data.replace(found[0], b"").replace(b"<SegmentTemplate", found[0] + b"<SegmentTemplate")


def short_timeline(data: bytes) -> bytes:
    timeline = b'startNumber="1"><SegmentTimeline><S t="0" d="30" /><S d="17" /></SegmentTimeline></SegmentTemplate>'
    return swap_pattern(rb'startNumber="1" [^>]*/>', timeline)(data)


BROKEN: dict[str, tuple[bytes, Callable[[bytes], bytes], Surroundings, str, set[Player]]] = {
    "no DURATION in tiles": (IMAGES, swap(b",DURATION=5", b""), AROUND, "tiles-duration", {Player.SHAKA}),
    "tiles only once": (
        IMAGES,
        swap_pattern(rb"17.2,\n#EXT-X-TILES.*\n", b"17.2,\n"),
        AROUND,
        "tiles-missing",
        {Player.SHAKA},
    ),
    "tiles missing": (IMAGES, swap_pattern(rb"#EXT-X-TILES.*\n", b""), AROUND, "tiles-missing", {Player.SHAKA}),
    "a cross for an x": (
        IMAGES,
        swap(b"160x90", "160\N{MULTIPLICATION SIGN}90".encode()),
        AROUND,
        "tiles-form",
        {Player.SHAKA},
    ),
    "images-only missing": (IMAGES, swap(b"#EXT-X-IMAGES-ONLY\n", b""), AROUND, "images-only", {Player.ROKU}),
    "no images": (
        IMAGES,
        lambda _: b"#EXTM3U\n#EXT-X-IMAGES-ONLY\n#EXT-X-ENDLIST\n",
        AROUND,
        "no-image",
        {Player.SHAKA},
    ),
    "no EXTINF": (IMAGES, swap_pattern(rb"#EXTINF:30,\n", b""), AROUND, "extinf", {Player.SHAKA}),
    "wrong EXTINF": (IMAGES, swap(b"EXTINF:30", b"EXTINF:25"), AROUND, "extinf-duration", {Player.SHAKA}),
    "tiles vary": (IMAGES, swap(b"LAYOUT=3x2", b"LAYOUT=2x3", 1), AROUND, "tiles-vary", {Player.SHAKA}),
    "images end early": (IMAGES, swap(b"17.2", b"17.1"), AROUND, "ends-early", {Player.SHAKA}),
    "images without end": (IMAGES, swap(b"#EXT-X-ENDLIST\n", b""), AROUND, "endlist", {Player.SHAKA}),
    "last sprite not padded": (IMAGES, keep, SHORT_LAST, "sprite-size", {Player.SHAKA}),
    "image gone": (IMAGES, keep, GONE, "picture", {Player.SHAKA}),
    "mjpg as image codec": (ENTRIES, swap(b'"jpeg"', b'"mjpg"'), AROUND, "image-codecs", {Player.SHAKA}),
    "no resolution": (
        ENTRIES,
        swap(b'RESOLUTION=160x90,CODECS="jpeg"', b'CODECS="jpeg"'),
        AROUND,
        "image-resolution",
        {Player.SHAKA},
    ),
    "no codecs": (ENTRIES, swap(b',CODECS="jpeg"', b""), AROUND, "image-attributes", {Player.ROKU}),
    "jpeg as I-frame codec": (ENTRIES, swap(b'"mjpg"', b'"jpeg"'), AROUND, "mjpg-codecs", {Player.SHAKA}),
    "no URI": (ENTRIES, swap(b',URI="mjpg.m3u8"', b""), AROUND, "stream-uri", {Player.HLS_JS}),
    "images alone": (
        ENTRIES,
        swap_pattern(rb"#EXT-X-I-FRAME.*\n", b""),
        AROUND,
        "images-alone",
        {Player.HLS_JS},
    ),
    "mjpg alone": (ENTRIES, swap_pattern(rb"#EXT-X-IMAGE-.*\n", b""), AROUND, "mjpg-alone", {Player.ROKU}),
    "no map": (MJPG, swap_pattern(rb"#EXT-X-MAP.*\n", b""), AROUND, "map", {Player.HLS_JS, Player.SHAKA}),
    "overlapping ranges": (MJPG, swap(b"4108@4713", b"4108@4712"), AROUND, "byte-range", {Player.HLS_JS}),
    "ranges missing": (
        MJPG,
        swap_pattern(rb"#EXT-X-BYTERANGE.*\n", b""),
        AROUND,
        "same-file",
        {Player.HLS_JS, Player.SHAKA},
    ),
    "no seconds": (MJPG, swap(b"#EXTINF:2.2,\n", b""), AROUND, "extinf", {Player.HLS_JS}),
    "no pictures": (
        MJPG,
        lambda _: b"#EXTM3U\n#EXT-X-I-FRAMES-ONLY\n",
        AROUND,
        "no-image",
        {Player.HLS_JS, Player.SHAKA},
    ),
    "mjpg without end": (MJPG, swap(b"#EXT-X-ENDLIST\n", b""), AROUND, "endlist", {Player.HLS_JS}),
    "property in the set": (MPD, property_in_adaptation_set, AROUND, "property-place", {Player.SHAKA}),
    "supplemental": (
        MPD,
        swap(b"EssentialProperty", b"SupplementalProperty"),
        AROUND,
        "property-kind",
        {Player.SHAKA, Player.DASH_JS},
    ),
    "no property": (MPD, swap_pattern(PROPERTY, b""), AROUND, "tile-property", {Player.SHAKA}),
    "no grid": (MPD, swap(b'value="3x2"', b'value="6"'), AROUND, "property-value", {Player.DASH_JS}),
    "size of one tile": (
        MPD,
        swap(b'width="480" height="180"', b'width="160" height="90"'),
        AROUND,
        "sprite-size",
        {Player.DASH_JS},
    ),
    "size of another sprite": (MPD, swap(b'height="180"', b'height="270"'), AROUND, "picture-size", {Player.DASH_JS}),
    "short timeline": (MPD, short_timeline, AROUND, "short-timeline", {Player.SHAKA, Player.DASH_JS}),
    "tile gone": (MPD, keep, GONE, "picture", {Player.SHAKA, Player.DASH_JS}),
    "cut MPD": (MPD, lambda data: data[:-20], AROUND, "xml", {Player.DASH_JS}),
    "MPD with entities": (MPD, swap(b"<MPD", b"<!DOCTYPE MPD []><MPD"), AROUND, "xml", {Player.DASH_JS}),
    "no images in MPD": (
        MPD,
        lambda data: data.replace(b"image", b"video"),
        AROUND,
        "no-image-set",
        {Player.SHAKA},
    ),
    "last sprite in Media3": (MPD, keep, AROUND, "last-sprite", {Player.MEDIA3}),
    "wrong magic": (BIF, swap(b"\x89BIF", b"BIF\x89"), AROUND, "magic", {Player.ROKU}),
    "BIF version": (BIF, lambda data: data[:8] + b"\1" + data[9:], AROUND, "version", {Player.ROKU}),
    "empty BIF": (BIF, lambda _: bif.bif_index([], Fraction(1)), AROUND, "no-image", {Player.ROKU}),
    "cut BIF": (BIF, lambda data: data[:-1], AROUND, "table", {Player.ROKU}),
    "cut table": (BIF, lambda data: data[:70], AROUND, "table", {Player.ROKU}),
    "BIF backward": (
        BIF,
        lambda data: data[:76] + bytes(4) + data[80:],
        AROUND,
        "offsets",
        {Player.ROKU},
    ),
    "PNG in BIF": (BIF, swap(b"\xff\xd8\xff\xd9", b"\x89PNG", 1), AROUND, "jpeg", {Player.ROKU}),
    "BIF in milliseconds": (
        BIF,
        lambda data: data[:72] + (5000).to_bytes(4, "little") + data[76:],
        AROUND,
        "timestamps",
        {Player.BIF_PARSER},
    ),
    "sheet too wide for Roku": (
        IMAGES,
        swap(b"RESOLUTION=160x90", b"RESOLUTION=361x90"),
        AROUND,
        "roku-sheet",
        {Player.ROKU},
    ),
    "sheet too high for Roku": (
        MPD,
        swap(b'height="180"', b'height="1082"'),
        AROUND,
        "roku-sheet",
        {Player.ROKU},
    ),
    "bare url": (MUX, swap(b"https://cdn.example.com/", b""), SHEET, "name-bare", {Player.VIDSTACK}),
    "tiles of other images": (
        MUX,
        swap(b'{"start": 5.0,', b'{"start": 5.0, "url": "b.jpg",'),
        SHEET,
        "several-images",
        {Player.VIDSTACK},
    ),
    "no url": (MUX, swap(b'"url"', b'"image"'), SHEET, "no-url", {Player.VIDSTACK, Player.MUX_READERS}),
    "no tiles": (MUX, lambda data: data[: data.index(b"[")] + b"[]}", SHEET, "no-picture", {Player.VIDSTACK}),
    "no tile size": (MUX, swap(b"tile_width", b"width"), SHEET, "size", {Player.MUX_READERS}),
    "text for a start": (MUX, swap(b'"start": 5.0', b'"start": "5.0"'), SHEET, "start", {Player.VIDSTACK}),
    "no x": (MUX, swap(b'"x": 320', b'"left": 320'), SHEET, "place", {Player.VIDSTACK}),
    "tile outside": (MUX, swap(b'"x": 320', b'"x": 321'), SHEET, "outside-picture", {Player.VIDSTACK}),
    "tiles backward": (BOARD, swap(b'"startTime": 5.0', b'"startTime": 0'), AROUND, "order", {Player.VIDSTACK}),
    "array of bare urls": (BOARD, swap(b'"text"', b'"name"'), AROUND, "array-url", {Player.VIDSTACK}),
    "broken rectangle": (BOARD, swap(b"#xywh=160,0,160,90", b"#xywh=160,0"), AROUND, "place", {Player.VIDSTACK}),
    "array ends early": (BOARD, swap(b'"endTime": 48', b'"endTime": 47.2'), AROUND, "ends-early", {Player.VIDSTACK}),
    "picture of the board gone": (BOARD, keep, GONE, "picture", {Player.VIDSTACK}),
    "cut board": (BOARD, lambda data: data[:-9], AROUND, "form", {Player.VIDSTACK}),
}

OWN = {
    Kind.HLS_IMAGES: IMAGES,
    Kind.HLS_MJPG: MJPG,
    Kind.HLS_MULTIVARIANT: ENTRIES,
    Kind.DASH: MPD,
    Kind.BIF: BIF,
    Kind.STORYBOARD: BOARD,
}


@pytest.mark.parametrize("variant", BROKEN)
def test_broken_variant_is_found(variant: str) -> None:
    """The rule that names the fault is broken, and names every player that fails."""
    original, change, around, rule, players = BROKEN[variant]
    kind = kind_of(original)
    assert kind is not None
    findings = {finding.rule: finding for finding in inspect(change(original), kind, around)}
    assert rule in findings
    assert players <= set(findings[rule].breaks)


@pytest.mark.parametrize("kind", OWN)
def test_own_manifests_pass(kind: Kind) -> None:
    """What we write ourselves is recognised and breaks no rule, but for the one that no form could keep."""
    assert kind_of(OWN[kind]) is kind
    assert [found.rule for found in inspect(OWN[kind], kind, AROUND)] == (["last-sprite"] if kind is Kind.DASH else [])


@pytest.mark.parametrize("size", [b"360x540", b"10x10"])
def test_sheets_up_to_the_limit_of_roku_pass(size: bytes) -> None:
    """A side of 1080 pixels is what Roku documents."""
    data = IMAGES.replace(b"RESOLUTION=160x90", b"RESOLUTION=" + size)
    assert "roku-sheet" not in {found.rule for found in inspect(data, Kind.HLS_IMAGES, AROUND)}


def test_own_storyboard_of_one_image_passes() -> None:
    """Mux's shape breaks no rule where its one image has a host."""
    assert kind_of(MUX) is Kind.STORYBOARD
    assert inspect(MUX, Kind.STORYBOARD, SHEET) == []


def test_references_are_found() -> None:
    """Every picture and playlist that a manifest points at is named, so that it can be looked at."""
    sprites = ("sprite_0001.jpg", "sprite_0002.jpg")
    assert pictures_of(IMAGES, Kind.HLS_IMAGES) == sprites
    assert pictures_of(MPD, Kind.DASH) == sprites
    assert pictures_of(BOARD, Kind.STORYBOARD) == sprites
    assert pictures_of(MUX, Kind.STORYBOARD) == ("https://cdn.example.com/sprite.jpg",)
    assert pictures_of((GOLDENS / "thumbnails_sprite.vtt").read_bytes(), Kind.WEBVTT) == ("sprite.png",)
    assert playlists_of(ENTRIES, Kind.HLS_MULTIVARIANT) == ("images.m3u8", "mjpg.m3u8")


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<html></html>", b"#EXTM3U\n#EXTINF:4,\na.ts\n", b"\xff\xd8\xff", b"{}", b"[1]"]
)
def test_other_files_are_not_manifests(data: bytes) -> None:
    """Files without thumbnails are left alone."""
    assert kind_of(data, "file.bin") is None
