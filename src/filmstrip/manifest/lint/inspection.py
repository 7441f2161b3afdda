"""Inspecting a manifest: its kind, what it points at, and the rules that it breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from filmstrip.manifest.bif import MAGIC
from filmstrip.manifest.lint.bif_rules import BIF_RULES, read_bif
from filmstrip.manifest.lint.dash_reading import read_mpd
from filmstrip.manifest.lint.dash_rules import DASH_RULES
from filmstrip.manifest.lint.finding import Finding, Rule, Subject, check
from filmstrip.manifest.lint.hls_images_rules import IMAGE_PLAYLIST_RULES
from filmstrip.manifest.lint.hls_mjpg_rules import MJPG_PLAYLIST_RULES
from filmstrip.manifest.lint.hls_multivariant_rules import I_FRAMES, IMAGES, MULTIVARIANT_RULES, is_mjpg
from filmstrip.manifest.lint.hls_reading import read_playlist
from filmstrip.manifest.lint.storyboard_reading import read_board
from filmstrip.manifest.lint.storyboard_rules import STORYBOARD_RULES
from filmstrip.manifest.lint.surroundings import Surroundings
from filmstrip.manifest.lint.webvtt_form import FORM_RULES
from filmstrip.manifest.lint.webvtt_pictures import PICTURE_RULES
from filmstrip.manifest.lint.webvtt_reading import read_webvtt
from filmstrip.manifest.lint.webvtt_serving import SERVING_RULES
from filmstrip.manifest.lint.webvtt_times import TIME_RULES


class Kind(StrEnum):
    """The manifests that are understood."""

    WEBVTT = "WebVTT track"
    HLS_MULTIVARIANT = "HLS multivariant playlist"
    HLS_IMAGES = "HLS image playlist"
    HLS_MJPG = "HLS I-frame playlist"
    DASH = "DASH MPD"
    BIF = "BIF file"
    STORYBOARD = "storyboard JSON"


_SUFFIXES = {".vtt": Kind.WEBVTT, ".mpd": Kind.DASH, ".bif": Kind.BIF}


def kind_of(data: bytes, name: str = "") -> Kind | None:
    """Return what a file is, by its content and else by its name; None for anything without rules."""
    start = data.removeprefix(b"\xef\xbb\xbf")
    if data.startswith(MAGIC):
        return Kind.BIF
    if start.startswith(b"WEBVTT"):
        return Kind.WEBVTT
    if start.startswith(b"#EXTM3U"):
        return _playlist_kind(data)
    if start.lstrip().startswith(b"<") and b"<MPD" in start:
        return Kind.DASH
    if start.lstrip()[:1] in {b"{", b"["}:
        return Kind.STORYBOARD if read_board(data) else None
    return next((kind for suffix, kind in _SUFFIXES.items() if name.lower().endswith(suffix)), None)


def _playlist_kind(data: bytes) -> Kind | None:
    playlist = read_playlist(data)
    if playlist.has(IMAGES, I_FRAMES, "EXT-X-STREAM-INF"):
        return Kind.HLS_MULTIVARIANT
    if playlist.has("EXT-X-IMAGES-ONLY", "EXT-X-TILES"):
        return Kind.HLS_IMAGES
    return Kind.HLS_MJPG if playlist.has("EXT-X-I-FRAMES-ONLY") else None


def inspect(data: bytes, kind: Kind, around: Surroundings) -> list[Finding]:
    """Find every rule that a manifest breaks."""
    return _INSPECTORS[kind](data, around)


def pictures_of(data: bytes, kind: Kind) -> tuple[str, ...]:
    """Name the image files that a manifest points at, as it writes them, each once."""
    if kind is Kind.WEBVTT:
        names = [cue.name for cue in read_webvtt(data).cues if cue.name]
    elif kind is Kind.HLS_IMAGES:
        names = [image.uri for image in read_playlist(data).segments]
    elif kind is Kind.DASH:
        names = [name for images in read_mpd(data) or () for name in images.names]
    elif kind is Kind.STORYBOARD:
        names = [image.url for image in getattr(read_board(data), "images", ()) if image.url]
    else:
        names = []
    return tuple(dict.fromkeys(names))


def playlists_of(data: bytes, kind: Kind) -> tuple[str, ...]:
    """Name the playlists of thumbnails that a multivariant playlist points at."""
    if kind is not Kind.HLS_MULTIVARIANT:
        return ()
    playlist = read_playlist(data)
    tags = [*playlist.named(IMAGES), *filter(is_mjpg, playlist.named(I_FRAMES))]
    return tuple(dict.fromkeys(tag.attributes["URI"] for tag in tags if "URI" in tag.attributes))


def _inspector(
    read: Callable[[bytes], Subject], rules: Sequence[Rule[Subject]]
) -> Callable[[bytes, Surroundings], list[Finding]]:
    return lambda data, around: check(rules, read(data), around)


_INSPECTORS: dict[Kind, Callable[[bytes, Surroundings], list[Finding]]] = {
    Kind.WEBVTT: _inspector(read_webvtt, (*FORM_RULES, *TIME_RULES, *PICTURE_RULES, *SERVING_RULES)),
    Kind.HLS_MULTIVARIANT: _inspector(read_playlist, MULTIVARIANT_RULES),
    Kind.HLS_IMAGES: _inspector(read_playlist, IMAGE_PLAYLIST_RULES),
    Kind.HLS_MJPG: _inspector(read_playlist, MJPG_PLAYLIST_RULES),
    Kind.DASH: _inspector(read_mpd, DASH_RULES),
    Kind.BIF: _inspector(read_bif, BIF_RULES),
    Kind.STORYBOARD: _inspector(read_board, STORYBOARD_RULES),
}
