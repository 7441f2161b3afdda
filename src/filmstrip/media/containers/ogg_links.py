"""Finds where in an Ogg file another one begins: the links of a chain, each with streams of its own (RFC 3533, 4).

libav shows the first link. A local file is read page by page; in a remote one the end of a link is searched for, by the
serial numbers of its streams, which no other link may have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from filmstrip.media.source.header_bytes import read_bytes, size_of
from filmstrip.media.source.media_source import ByteRanges, LocalFile, MediaSource

# Capture pattern, version, flags, granule position, serial number (RFC 3533, 6).
_PAGE = re.compile(rb"OggS\x00([\x00-\x07]).{8}(.{4}).{4}.{4}", re.DOTALL)
_BEGINS = 0x02
_HEADER_BYTES = 26
_WINDOW_BYTES = 8 << 20
_LONGEST_PAGE_BYTES = 66 << 10
_MOST_LINKS = 200


def find_links(source: MediaSource) -> list[int]:
    """Find the bytes, but for the first one, at which a link of a chain begins."""
    return list(_read_links(source)) if isinstance(source, LocalFile) else list(_search_links(source))


def _pages(source: MediaSource, start: int, end: int) -> Iterator[tuple[int, bool, bytes]]:
    """List the pages that begin in a range: position, whether a stream begins with it, its serial number."""
    for page in _PAGE.finditer(read_bytes(source, start, end + _HEADER_BYTES)):
        if start + page.start() < end:
            yield start + page.start(), bool(page[1][0] & _BEGINS), page[2]


def _read_links(source: LocalFile) -> Iterator[int]:
    was_beginning, end = True, size_of(source)
    for begin in range(0, end, _WINDOW_BYTES):
        for position, is_beginning, _ in _pages(source, begin, min(end, begin + _WINDOW_BYTES)):
            if is_beginning and not was_beginning:
                yield position
            was_beginning = is_beginning


def _search_links(source: ByteRanges) -> Iterator[int]:
    start, end = 0, source.size_bytes
    last = [serial for *_, serial in _pages(source, max(0, end - _LONGEST_PAGE_BYTES), end)][-1:]
    for _ in range(_MOST_LINKS):
        serials = {serial for _, begins, serial in _pages(source, start, start + _LONGEST_PAGE_BYTES) if begins}
        if not last or last[0] in serials:
            return
        found = _end_of_link(source, start, end, serials)
        if found is None:
            return
        start = found
        yield start


def _end_of_link(source: ByteRanges, start: int, end: int, serials: set[bytes]) -> int | None:
    """Halve the rest of the file until the first page of other streams than these is near."""
    while end - start > 2 * _LONGEST_PAGE_BYTES:
        middle = (start + end) // 2
        page = next(_pages(source, middle, min(end, middle + _LONGEST_PAGE_BYTES)), None)
        if page is not None and page[2] in serials:
            start = page[0]
        else:
            end = middle
    near = _pages(source, start, end + 2 * _LONGEST_PAGE_BYTES)
    return next((at for at, begins, serial in near if begins and serial not in serials), None)
