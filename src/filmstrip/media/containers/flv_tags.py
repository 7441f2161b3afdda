"""Finds where the times of an FLV file start again without a second header, as recorders that append write it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from filmstrip.media.source.header_bytes import read_bytes, size_of
from filmstrip.media.source.media_source import LocalFile, MediaSource

# Adobe Flash Video File Format 10.1, annex E.4.1: type, length, time in ms with its highest byte last, stream.
_TAG_BYTES = 11
_TRAILER_BYTES = 4
_SOUND, _VIDEO, _SCRIPT = 8, 9, 18
_TYPES = {_SOUND, _VIDEO, _SCRIPT}
_MOST_TAGS = 4_000_000
_PLACES = 24
_WINDOW_BYTES = 128 << 10
# Times of sound and video may run past each other by less.
_LEAST_STEP_BACK_MS = 2000


def restarts(source: MediaSource) -> bool:
    """Check whether times step back: those of all tags of a local file, those at some places of a remote one."""
    times = _all_times(source) if isinstance(source, LocalFile) else _times_at_places(source)
    return any(after < before - _LEAST_STEP_BACK_MS for before, after in pairwise(times))


def _all_times(source: LocalFile) -> Iterator[int]:
    begin, end = source.part or (0, size_of(source))
    with source.path.open("rb") as file:
        file.seek(begin)
        head = file.read(9)
        at = begin + int.from_bytes(head[5:9], "big") + _TRAILER_BYTES
        for _ in range(_MOST_TAGS):
            file.seek(at)
            tag = file.read(_TAG_BYTES)
            if at >= end or len(tag) < _TAG_BYTES or tag[0] & 0x1F not in _TYPES:
                return
            if tag[0] & 0x1F != _SCRIPT:
                yield _time(tag)
            at += _TAG_BYTES + int.from_bytes(tag[1:4], "big") + _TRAILER_BYTES


def _times_at_places(source: MediaSource) -> Iterator[int]:
    end = size_of(source)
    for number in range(_PLACES):
        start = end * number // _PLACES
        data = read_bytes(source, start, min(end, start + _WINDOW_BYTES))
        found = next((at for at in range(len(data) - _TAG_BYTES) if _is_tag(data, at)), None)
        if found is not None:
            yield _time(data[found : found + _TAG_BYTES])


def _is_tag(data: bytes, at: int) -> bool:
    """Check whether a tag of video or sound begins here, by its length that stands behind it as well."""
    if data[at] not in {_SOUND, _VIDEO} or data[at + 8 : at + _TAG_BYTES] != b"\0\0\0":
        return False
    behind = at + _TAG_BYTES + int.from_bytes(data[at + 1 : at + 4], "big")
    return int.from_bytes(data[behind : behind + _TRAILER_BYTES], "big") == behind - at


def _time(tag: bytes) -> int:
    return tag[7] << 24 | int.from_bytes(tag[4:7], "big")
