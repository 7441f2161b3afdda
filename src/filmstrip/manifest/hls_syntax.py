"""Tags and attributes as an HLS playlist writes them (RFC 8216, 4.2 and 4.3)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction


def target_duration(durations: Iterable[Fraction]) -> int:
    """Return the EXT-X-TARGETDURATION of segments that last so many seconds (RFC 8216, 4.3.3.1); at least 1."""
    return max(1, *(math.ceil(seconds) for seconds in durations))


def tag(name: str, attributes: Mapping[str, str]) -> str:
    """Write a tag with its attribute list (RFC 8216, 4.2); values come as they are to stand there."""
    return f"#{name}:" + ",".join(f"{key}={value}" for key, value in attributes.items())


def quoted(text: str) -> str:
    """Write a quoted-string.

    Raises:
        ValueError: The text has a character that a quoted-string cannot hold.
    """
    if any(character in text for character in '"\r\n'):
        raise ValueError(f"{text!r} cannot stand in a playlist")
    return f'"{text}"'
