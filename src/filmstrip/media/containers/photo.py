"""Finds JPEG pictures among sources, and their ends: phones put a film, a depth map or a gain map behind it.

What lies behind it, or a name that ends in `.jpg`, makes libav take the file for something else.
"""

from __future__ import annotations

import re

from filmstrip.media.source.header_bytes import read_bytes, size_of
from filmstrip.media.source.media_source import MediaSource

# Markers of ISO/IEC 10918-1, table B.1.
_BEGINS = b"\xff\xd8\xff"
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_APPLICATION = range(0xE1, 0xE3)
# What says that more belongs to the photo: the index of CIPA DC-007, and the descriptions of Google's and Apple's.
_SAYS_MORE = (b"MPF\0", b"GCamera:", b"hdrgm:", b"HDRGainMap")
_WINDOW_BYTES = 1 << 20
_MOST_SEGMENTS = 10_000
_MOST_PICTURE_BYTES = 256 << 20

PHOTO_FORMAT = "jpeg_pipe"
"""libav's name of the demuxer that photos have to be opened with."""


# Of a WebP file that has more than one plain picture: behind its name its flags, of which the second bit says that it
# moves (WebP Container Specification, "Extended File Format").
_EXTENDED_WEBP = re.compile(rb"RIFF.{4}WEBPVP8X.{4}(.)", re.DOTALL)
_MOVES = 0x02


def is_animated_webp(source: MediaSource) -> bool:
    """Check whether a source is a WebP picture that moves, which libav does not decode."""
    found = _EXTENDED_WEBP.match(read_bytes(source, 0, 21))
    return found is not None and bool(found[1][0] & _MOVES)


def photo_end(source: MediaSource) -> int | None:
    """Find the first byte behind the JPEG picture that a source is or begins with.

    None for other formats, for pictures that are not whole, and for the first one of many (raw Motion JPEG).
    """
    if read_bytes(source, 0, len(_BEGINS)) != _BEGINS:
        return None
    end, says_more = _walk(source)
    if end is None:
        return None
    is_followed = read_bytes(source, end, end + len(_BEGINS)) == _BEGINS
    return None if is_followed and not says_more else end


def _walk(source: MediaSource) -> tuple[int | None, bool]:
    """Go from segment to segment (B.1.1.4) to the end of the image."""
    at, says_more = 2, False
    for _ in range(_MOST_SEGMENTS):
        head = read_bytes(source, at, at + 4)
        if len(head) < 2 or head[0] != 0xFF:  # noqa: PLR2004 - the length and the first byte of a marker
            break
        if head[1] == _END_OF_IMAGE:
            return at + 2, says_more
        if head[1] in _STANDALONE or head[1] == 0xFF:  # noqa: PLR2004 - a fill byte
            at += 1 if head[1] == 0xFF else 2  # noqa: PLR2004
            continue
        end = at + 2 + int.from_bytes(head[2:], "big")
        if head[1] in _APPLICATION:
            says_more |= any(word in read_bytes(source, at, end) for word in _SAYS_MORE)
        at = _scan_end(source, end) if head[1] == _START_OF_SCAN else end
    return None, says_more


def _scan_end(source: MediaSource, start: int) -> int:
    """Find the next marker behind entropy-coded data, in which 0xFF is followed by 0 or is a restart marker."""
    for begin in range(start, min(size_of(source), start + _MOST_PICTURE_BYTES), _WINDOW_BYTES):
        window = read_bytes(source, begin, begin + _WINDOW_BYTES + 1)
        at = window.find(b"\xff")
        while 0 <= at < len(window) - 1:
            if window[at + 1] not in _STANDALONE and window[at + 1] not in (0, 0xFF):
                return begin + at
            at = window.find(b"\xff", at + 1)
    return size_of(source)
