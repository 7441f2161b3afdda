"""Elements of Matroska files (RFC 8794, 4 to 6): the only place that reads their IDs and sizes.

Both are numbers of variable length: leading zero bits of the first byte tell how many bytes follow. An ID has up to
four bytes and keeps the bit that ends the zeros, a size has up to eight and loses it; a size of ones only is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

_CLUSTER = 0x1F43B675
_SEGMENT, _TRACKS, _TRACK = 0x18538067, 0x1654AE6B, 0xAE
_LONGEST_ID_BYTES, _LONGEST_SIZE_BYTES = 4, 8


def read_id(data: bytes, at: int) -> tuple[int, int] | None:
    """Read the ID at a byte: its number, and the first byte behind it; None if there is none."""
    return _number(data, at, _LONGEST_ID_BYTES)


def read_size(data: bytes, at: int) -> tuple[int | None, int] | None:
    """Read the size at a byte: its number, None for unknown, and the first byte behind it; None if there is none."""
    found = _number(data, at, _LONGEST_SIZE_BYTES)
    if found is None:
        return None
    number, behind = found
    ones = (1 << 7 * (behind - at)) - 1
    return (None if number & ones == ones else number & ones), behind


def _number(data: bytes, at: int, longest: int) -> tuple[int, int] | None:
    length = 9 - data[at].bit_length() if at < len(data) else longest + 1
    behind = at + length
    return None if length > longest or behind > len(data) else (int.from_bytes(data[at:behind], "big"), behind)


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk elements side by side, up to the first cluster: ID and payload. One of unknown size reaches to the end."""
    at = 0
    while (key := read_id(data, at)) is not None and key[0] != _CLUSTER:
        size = read_size(data, key[1])
        if size is None:
            return
        at = len(data) if size[0] is None else size[1] + size[0]
        yield key[0], data[size[1] : at]


def element(data: bytes, wanted: int) -> bytes:
    """Find the payload of the first element of an ID among elements side by side; empty if there is none."""
    return next((payload for key, payload in elements(data) if key == wanted), b"")


def track_entries(header: bytes) -> list[bytes]:
    """List the payloads of all track entries (RFC 9559, 5.1.4.1), in order."""
    tracks = element(element(header, _SEGMENT), _TRACKS)
    return [data for key, data in elements(tracks) if key == _TRACK]
