"""Reads the text of an HLS playlist (RFC 8216): the tags that say where bytes are, and no others."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from filmstrip.domain.errors import LimitExceededError, SourceUnreadableError

MOST_SEGMENTS = 100_000
_MOST_LINES = 600_000
_LONGEST_LINE = 65_536
_ATTRIBUTE = re.compile(r'\s*+([A-Za-z0-9-]{1,64})\s*+=\s*+("[^"]*+"|[^",]*+)\s*+(?:,|$)')  # RFC 8216, 4.2
_RANGE = re.compile(r"(\d{1,18})(?:@(\d{1,18}))?")

Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant stream of a multivariant playlist (4.3.4.2).

    Attributes:
        uri: Its playlist, as it is named.
        attributes: What is told of it.
    """

    uri: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A part of a file: so many bytes, from `start` on or, with None, from where the one before it ends (4.3.2.2)."""

    size_bytes: int
    start: int | None


@dataclass(frozen=True, slots=True)
class Map:
    """What stands before segments (4.3.2.5).

    Attributes:
        uri: As it is named.
        byte_range: The part that counts, None for all.
        key: How it is encrypted, None if it is not.
    """

    uri: str
    byte_range: ByteRange | None
    key: Attributes | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment (4.3.2).

    Attributes:
        uri: As it is named.
        byte_range: The part that counts, None for all.
        key: How it is encrypted, None if it is not.
        map: What stands before it, None for nothing.
        is_new_clock: Whether a discontinuity comes before it.
        is_missing: Whether it is marked as missing (RFC 8216bis, EXT-X-GAP).
    """

    uri: str
    byte_range: ByteRange | None
    key: Attributes | None
    map: Map | None
    is_new_clock: bool
    is_missing: bool


@dataclass
class HlsList:
    """A playlist.

    Attributes:
        variants: Its variant streams.
        renditions: What EXT-X-MEDIA tells.
        segments: Its segments.
        tags: The tags without a value that are there, such as "EXT-X-ENDLIST".
        media_sequence: Number of its first segment.
    """

    variants: list[Variant] = field(default_factory=list)
    renditions: list[Attributes] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    media_sequence: int = 0


def parse_attributes(text: str) -> Attributes:
    """Read an attribute list, quotes removed; what follows a fault in it is left out."""
    found: Attributes = {}
    at = 0
    while match := _ATTRIBUTE.match(text, at):
        found.setdefault(match[1].upper(), match[2].strip().strip('"'))
        at = match.end()
    return found


def parse_hls(text: bytes, label: str) -> HlsList:
    """Read a playlist.

    Args:
        text: It, as it came.
        label: It, as it is shown.

    Raises:
        LimitExceededError: It has more lines or segments than any film.
        SourceUnreadableError: A tag that counts makes no sense.
    """
    reader = _Reader(label)
    for tag, value in _lines(text, label):
        reader.take(tag, value)
    return reader.found


def _lines(text: bytes, label: str) -> Iterator[tuple[str, str]]:
    """Yield each tag with its value, and each address with the tag ""."""
    # A line at a time: to split a long text at once would hold the interpreter for as long.
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8-sig", errors="replace", newline=None)
    number = 0
    while line := lines.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE or number > _MOST_LINES:
            raise LimitExceededError(
                f'The playlist "{label}" is too long (limit {_MOST_LINES} lines of {_LONGEST_LINE} characters)'
            )
        line = line.strip()
        if line.startswith("#EXT"):
            tag, _, value = line[1:].partition(":")
            yield tag, value.strip()
        elif line and not line.startswith("#"):
            yield "", line


class _Reader:
    """Keeps what tags say about what follows them."""

    def __init__(self, label: str) -> None:
        self.found = HlsList()
        self._label = label
        self._variant: Attributes | None = None
        self._key: Attributes | None = None
        self._key_is_followed = True
        self._map: Map | None = None
        self._byte_range: ByteRange | None = None
        self._is_new_clock = self._is_missing = self._is_segment = False

    def take(self, tag: str, value: str) -> None:
        if not tag:
            self._take_address(value)
        elif tag in _TAKEN:
            _TAKEN[tag](self, value)
        elif not value:
            self.found.tags.add(tag)

    def _take_address(self, uri: str) -> None:
        if self._variant is not None:
            self.found.variants.append(Variant(uri, self._variant))
            self._variant = None
        elif self._is_segment:
            if len(self.found.segments) == MOST_SEGMENTS:
                raise LimitExceededError(f'The playlist "{self._label}" has more than {MOST_SEGMENTS} segments')
            self.found.segments.append(
                Segment(uri, self._byte_range, self._key, self._map, self._is_new_clock, self._is_missing)
            )
            self._byte_range = None
            self._is_new_clock = self._is_missing = self._is_segment = False
            self._key_is_followed = True

    def _take_variant(self, value: str) -> None:
        self._variant = parse_attributes(value)

    def _take_rendition(self, value: str) -> None:
        self.found.renditions.append(parse_attributes(value))

    def _take_segment(self, _value: str) -> None:
        self._is_segment = True

    def _take_byte_range(self, value: str) -> None:
        self._byte_range, self._is_segment = self._parsed_range(value), True

    def _take_key(self, value: str) -> None:
        key = parse_attributes(value)
        method = key.get("METHOD", "").upper()
        is_ours = key.get("KEYFORMAT", "identity") == "identity"
        # Of several ways to the same key, one is enough: ours if there is one (4.3.2.4).
        if self._key_is_followed or is_ours:
            self._key = None if method == "NONE" else key
        self._key_is_followed = False

    def _take_map(self, value: str) -> None:
        attributes = parse_attributes(value)
        told = attributes.get("BYTERANGE")
        byte_range = self._parsed_range(told) if told is not None else None
        self._map = Map(attributes.get("URI", ""), byte_range, self._key)

    def _take_discontinuity(self, _value: str) -> None:
        self._is_new_clock = True

    def _take_gap(self, _value: str) -> None:
        self._is_missing = True

    def _take_media_sequence(self, value: str) -> None:
        self.found.media_sequence = int(value) if re.fullmatch(r"\d{1,18}", value) else 0

    def _parsed_range(self, value: str) -> ByteRange:
        match = _RANGE.fullmatch(value)
        if match is None:
            raise SourceUnreadableError(
                f'The playlist "{self._label}" has the byte range "{value[:40]}"; that is written SIZE or SIZE@START'
            )
        return ByteRange(int(match[1]), int(match[2]) if match[2] is not None else None)


_TAKEN = {
    "EXT-X-STREAM-INF": _Reader._take_variant,  # noqa: SLF001 - its own
    "EXT-X-MEDIA": _Reader._take_rendition,  # noqa: SLF001
    "EXTINF": _Reader._take_segment,  # noqa: SLF001
    "EXT-X-BYTERANGE": _Reader._take_byte_range,  # noqa: SLF001
    "EXT-X-KEY": _Reader._take_key,  # noqa: SLF001
    "EXT-X-MAP": _Reader._take_map,  # noqa: SLF001
    "EXT-X-DISCONTINUITY": _Reader._take_discontinuity,  # noqa: SLF001
    "EXT-X-GAP": _Reader._take_gap,  # noqa: SLF001
    "EXT-X-MEDIA-SEQUENCE": _Reader._take_media_sequence,  # noqa: SLF001
}
