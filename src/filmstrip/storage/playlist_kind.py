"""Recognizes a playlist by its first bytes, whatever its name and its type are."""

from __future__ import annotations

from enum import StrEnum

HEAD_BYTES = 768
"""So many of its bytes tell."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class PlaylistKind(StrEnum):
    """The kinds of lists."""

    HLS = "hls"
    DASH = "dash"


def playlist_kind(head: bytes) -> PlaylistKind | None:
    """Return what kind of a playlist begins so, None for anything else.

    Args:
        head: Its first bytes, `HEAD_BYTES` or as many as it has.
    """
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if text.startswith(b"#EXTM3U"):  # RFC 8216, 4.3.1.1
        return PlaylistKind.HLS
    # ISO/IEC 23009-1, 5.3.1: the root element, behind an XML declaration and comments
    if text.startswith(b"<") and b"<MPD" in text:
        return PlaylistKind.DASH
    return None
