"""Rules on an I-frame playlist of JPEG pictures in fragmented MP4, as hls.js and Shaka read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from filmstrip.manifest.lint.finding import Level, Player, Rule, whole_file
from filmstrip.manifest.lint.hls_reading import HlsPlaylist, HlsSegment
from filmstrip.manifest.lint.surroundings import Surroundings

_READERS = (Player.HLS_JS, Player.SHAKA)
_RANGE = re.compile(r"([1-9]\d{0,17})(?:@(\d{1,18}))?")


def _has_seconds(segment: HlsSegment) -> bool:
    tag = segment.tag("EXTINF")
    return tag is not None and re.match(r"\d{1,12}(?:\.\d{1,30})?,", tag.value) is not None


def _is_transport_stream(playlist: HlsPlaylist) -> bool:
    """Return whether the segments need no init segment: video I-frames, not pictures."""
    return all(segment.uri.partition("?")[0].endswith(".ts") for segment in playlist.segments)


def _overlaps(playlist: HlsPlaylist, _: Surroundings) -> Iterator[str]:
    """Compare each byte range with the end of the one before it in the same file (RFC 8216, 4.3.2.2)."""
    ends: dict[str, int] = {}
    for segment in playlist.segments:
        tag = segment.tag("EXT-X-BYTERANGE")
        match = _RANGE.fullmatch(tag.value) if tag else None
        if match is None:
            continue
        start = int(match[2] or ends.get(segment.uri, 0))
        if start < ends.get(segment.uri, 0):
            yield str(segment)
        ends[segment.uri] = start + int(match[1])


def _whole_files_again(playlist: HlsPlaylist, _: Surroundings) -> Iterator[str]:
    seen: set[str] = set()
    for segment in playlist.segments:
        if segment.uri in seen and segment.tag("EXT-X-BYTERANGE") is None:
            yield str(segment)
        seen.add(segment.uri)


MJPG_PLAYLIST_RULES: tuple[Rule[HlsPlaylist], ...] = (
    Rule(
        "no-image",
        Level.ERROR,
        _READERS,
        "There is no picture",
        lambda playlist, _: whole_file(broken=not playlist.segments),
    ),
    Rule(
        "map",
        Level.ERROR,
        _READERS,
        "EXT-X-MAP is missing: fragments cannot be read without their init segment",
        lambda playlist, _: whole_file(broken=not playlist.has("EXT-X-MAP") and not _is_transport_stream(playlist)),
    ),
    Rule(
        "extinf",
        Level.ERROR,
        _READERS,
        "There is no EXTINF with the seconds until the next picture",
        lambda playlist, _: [str(segment) for segment in playlist.segments if not _has_seconds(segment)],
    ),
    Rule("byte-range", Level.ERROR, _READERS, "This byte range overlaps the one before it", _overlaps),
    Rule(
        "same-file",
        Level.ERROR,
        _READERS,
        "The same file again without EXT-X-BYTERANGE: always its first picture is shown",
        _whole_files_again,
    ),
    Rule(
        "endlist",
        Level.WARNING,
        _READERS,
        "EXT-X-ENDLIST is missing: the playlist is read again and again",
        lambda playlist, _: whole_file(broken=not playlist.has("EXT-X-ENDLIST")),
    ),
)
