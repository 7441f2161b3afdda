"""Reading an HLS playlist so that whatever is unusual about it can still be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


@dataclass(frozen=True, slots=True)
class HlsTag:
    """A tag as it is written.

    Attributes:
        line: Line number, from 1.
        name: Its name without the number sign.
        value: What follows the colon, "" without one.
    """

    line: int
    name: str
    value: str

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attribute list (RFC 8216, 4.2), with quoted-strings unquoted."""
        return {key: text.strip('"') for key, text in _ATTRIBUTE.findall(self.value)}

    def __str__(self) -> str:
        return f"line {self.line}"


@dataclass(frozen=True, slots=True)
class HlsSegment:
    """A media segment or an image: the tags above its URI, and the URI.

    Attributes:
        line: Line number of the URI, from 1.
        uri: The URI as it is written.
        tags: The tags since the segment before it.
    """

    line: int
    uri: str
    tags: tuple[HlsTag, ...]

    def tag(self, name: str) -> HlsTag | None:
        """Find its first tag of a name."""
        return next((tag for tag in self.tags if tag.name == name), None)

    def __str__(self) -> str:
        return f"{self.uri} (line {self.line})"


@dataclass(frozen=True, slots=True)
class HlsPlaylist:
    """A playlist as it is written.

    Attributes:
        tags: All tags, in order.
        segments: All lines that are URIs.
    """

    tags: tuple[HlsTag, ...]
    segments: tuple[HlsSegment, ...]

    def named(self, name: str) -> tuple[HlsTag, ...]:
        """Find all tags of a name."""
        return tuple(tag for tag in self.tags if tag.name == name)

    def has(self, *names: str) -> bool:
        """Return whether there is a tag of any of these names."""
        return any(tag.name in names for tag in self.tags)


def read_playlist(data: bytes) -> HlsPlaylist:
    """Read a playlist, whatever it looks like."""
    items = list(_items(data.decode("utf-8-sig", errors="replace").splitlines()))
    tags = tuple(item for item in items if isinstance(item, HlsTag))
    return HlsPlaylist(tags, tuple(item for item in items if isinstance(item, HlsSegment)))


def _items(lines: list[str]) -> Iterator[HlsTag | HlsSegment]:
    above: list[HlsTag] = []
    for number, line in enumerate(lines, start=1):
        if line.startswith("#EXT"):
            name, _, value = line.removeprefix("#").partition(":")
            above.append(HlsTag(number, name, value.strip()))
            yield above[-1]
        elif line.strip() and not line.startswith("#"):
            yield HlsSegment(number, line.strip(), tuple(above))
            above = []
