"""Explains a source that libav cannot open: a reason that says what to do, from its first bytes."""

from __future__ import annotations

import re
from contextlib import suppress

from filmstrip.domain.errors import FilmstripError
from filmstrip.media.source.header_bytes import find_movie_box, read_bytes, size_of
from filmstrip.media.source.media_source import MediaSource

_LOOKED_AT = 4096
_WEB_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|script)\b", re.IGNORECASE | re.DOTALL)
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"#EXTM3U", "it is an HLS playlist, which is followed only from its own address: give that, or the video itself"),
    (b"ffconcat", "it is a list of files, which is not followed: give the video itself"),
    (b"PK\x03\x04", "it is a ZIP archive: unpack it first"),
    (b"\x1f\x8b", "it is compressed by gzip: unpack it first"),
    (b"7z\xbc\xaf", "it is a 7z archive: unpack it first"),
    (b"Rar!", "it is a RAR archive: unpack it first"),
    (b"%PDF", "it is a PDF document"),
)
_DASH = re.compile(rb"<MPD\b")
_TEXT = re.compile(r"[^\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]*")

NO_INDEX = "its index (the moov box) is missing, as where a recording or a copy was not finished: make or copy it again"
DAMAGED = "it is damaged, or ends too early"
UNKNOWN = (
    "it is in no format that is read here (such as MP4, QuickTime, Matroska, WebM, MPEG-TS, MPEG-PS, AVI, FLV, MXF, "
    "WMV, Ogg, GIF, JPEG), or damaged at its beginning"
)


def reason_unreadable(source: MediaSource) -> str:
    """Return why a source cannot be opened, as the end of a sentence."""
    with suppress(OSError, FilmstripError):
        if size_of(source) == 0:
            return "it is empty"
        head = read_bytes(source, 0, _LOOKED_AT)
        return _reason_of(head) or (NO_INDEX if _lacks_index(source, head) else UNKNOWN)
    return UNKNOWN


def _reason_of(head: bytes) -> str | None:
    if not head.strip(b"\0"):
        return "it begins with nothing but zeros, as where a copy was not finished"
    if _WEB_PAGE.match(head):
        return "it is a web page: give the address of the video itself, and one that needs no login"
    for beginning, reason in _KINDS:
        if head.lstrip(b"\xef\xbb\xbf").startswith(beginning):
            return reason
    if _DASH.search(head):
        return "it is a DASH manifest, which is followed only from its own address: give that, or the video itself"
    return "it is text" if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    # A character may be cut in half at the end.
    text = head.decode("utf-8", errors="ignore")
    return _TEXT.fullmatch(text) is not None and len(text.encode()) >= len(head) - 3


def _lacks_index(source: MediaSource, head: bytes) -> bool:
    return head[4:8] in {b"ftyp", b"mdat", b"wide"} and find_movie_box(source) is None
