"""What does the header of a Matroska file say? Its elements, walked as bytes (RFC 8794, 4 to 6)."""

from __future__ import annotations

from collections.abc import Iterator

_CLUSTER = 0x1F43B675
_SEGMENT, _TRACKS, _TRACK = 0x18538067, 0x1654AE6B, 0xAE
_LONGEST_ID_BYTES = 4


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk elements side by side, up to the first cluster: ID and payload."""
    at = 0
    while at < len(data):
        id_bytes = 9 - data[at].bit_length()
        key = int.from_bytes(data[at : at + id_bytes], "big")
        at += id_bytes
        if id_bytes > _LONGEST_ID_BYTES or key == _CLUSTER or at >= len(data) or not data[at]:
            return
        size_bytes = 9 - data[at].bit_length()
        unknown = (1 << 7 * size_bytes) - 1
        size = int.from_bytes(data[at : at + size_bytes], "big") & unknown
        at += size_bytes
        end = len(data) if size == unknown else at + size
        yield key, data[at:end]
        at = end


def element(data: bytes, wanted: int) -> bytes:
    """Find the payload of the first element of an ID among elements side by side; empty if there is none."""
    return next((payload for key, payload in elements(data) if key == wanted), b"")


def track_entries(header: bytes) -> list[bytes]:
    """List the payloads of all track entries (RFC 9559, 5.1.4.1), in order."""
    tracks = element(element(header, _SEGMENT), _TRACKS)
    return [data for key, data in elements(tracks) if key == _TRACK]
