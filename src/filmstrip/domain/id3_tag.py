"""Tags of ID3v2, which stand before each segment of sound that has no clock of its own (RFC 8216, 3.4)."""

from __future__ import annotations

import re

HEADER_BYTES = 10
# ID3v2.4, 3.1: version, flags, and a size of which each byte has seven bits
_HEADER = re.compile(rb"ID3..(.)([\x00-\x7f]{4})", re.DOTALL)
_HAS_FOOTER = 0x10


def id3_tag_bytes(head: bytes) -> int:
    """Return how long the tag is that bytes begin with (ID3v2.4, 3.1), 0 if they begin with none.

    Args:
        head: The first bytes, `HEADER_BYTES` at least of what has a tag.
    """
    header = _HEADER.match(head)
    if header is None:
        return 0
    size_bytes: int = sum(byte << 7 * place for place, byte in enumerate(reversed(header[2])))
    return HEADER_BYTES * (2 if header[1][0] & _HAS_FOOTER else 1) + size_bytes
