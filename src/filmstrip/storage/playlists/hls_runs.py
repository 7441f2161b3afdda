"""Turns the segments of an HLS playlist into runs of bytes (RFC 8216, 4.3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.storage.playlists.addresses import demand_short, resolved
from filmstrip.storage.playlists.hls_list import Attributes, ByteRange, HlsList, Map, Segment
from filmstrip.storage.playlists.plan import Encryption, Run, joined_runs

_IV = re.compile(r"0[xX]([0-9a-fA-F]{1,32})")
_IV_BYTES = 16
_SEQUENCE_BITS = 128


def demand_film(found: HlsList, label: str) -> None:
    """Refuse a playlist that is no finished film.

    Raises:
        SourceUnreadableError: It goes on, or holds something else.
    """
    if "EXT-X-I-FRAMES-ONLY" in found.tags:
        raise SourceUnreadableError(f'The playlist "{label}" holds keyframes only: use that of the film')
    if "EXT-X-IMAGES-ONLY" in found.tags:
        raise SourceUnreadableError(f'The playlist "{label}" holds thumbnails only: use that of the film')
    if "EXT-X-ENDLIST" not in found.tags:
        raise SourceUnreadableError(
            f'The playlist "{label}" is of a live stream, or of a recording that is not finished (it has no '
            "EXT-X-ENDLIST): send it when it is"
        )
    if not found.segments:
        raise SourceUnreadableError(f'The playlist "{label}" names no segments')
    missing = sum(segment.is_missing for segment in found.segments)
    if missing:
        raise SourceUnreadableError(
            f'The playlist "{label}" says that {missing} of its {len(found.segments)} segments are missing '
            "(EXT-X-GAP): send the film whole"
        )


def clocks_of(found: HlsList, base: str, label: str) -> list[tuple[Run, ...]]:
    """Return the runs of a media playlist: a list for each stretch between two discontinuities that has any.

    Args:
        found: The playlist.
        base: Where it is, for relative names.
        label: It, as it is shown.

    Raises:
        SourceUnreadableError: It is no finished film, it is encrypted in a way that is not for us, or is malformed.
        HostNotAllowedError: It names something that may not be read.
    """
    demand_film(found, label)
    demand_short(base, len(found.segments), label)
    reader = _Runs(base, label)
    clocks: list[list[Run]] = [[]]
    for index, segment in enumerate(found.segments):
        if segment.is_new_clock:
            clocks.append([])
        clocks[-1].extend(reader.runs_of(segment, found.media_sequence + index, is_first=not clocks[-1]))
    return [joined_runs(runs) for runs in clocks if runs]


class _Runs:
    """Follows where byte ranges end, and what stands before segments."""

    def __init__(self, base: str, label: str) -> None:
        self._base = base
        self._label = label
        self._map: Map | None = None
        self._ends: tuple[str, int] = ("", 0)

    def runs_of(self, segment: Segment, number: int, *, is_first: bool) -> Iterator[Run]:
        """Yield the runs of a segment; what stands before it, only where that is new."""
        if segment.map is not None and (is_first or segment.map != self._map):
            yield self._run(segment.map.uri, segment.map.byte_range, segment.map.key, None)
        self._map = segment.map
        yield self._run(segment.uri, segment.byte_range, segment.key, number)

    def _run(self, uri: str, part: ByteRange | None, key: Attributes | None, number: int | None) -> Run:
        url = resolved(self._base, uri)
        start = end = None
        if part is not None:
            is_map = number is None
            start = self._start(url, part, is_map=is_map)
            end = start + part.size_bytes
            # A range goes on behind the segment before it, whatever is repeated between both (4.3.2.2).
            if not is_map or not self._ends[0]:
                self._ends = (url, end)
        return Run(url, start, end, self._encryption(key, number))

    def _start(self, url: str, part: ByteRange, *, is_map: bool) -> int:
        if part.start is not None:
            return part.start
        if is_map:
            return 0  # 4.3.2.5
        if self._ends[0] != url:
            raise SourceUnreadableError(f'The playlist "{self._label}" has a byte range that follows none')
        return self._ends[1]

    def _encryption(self, key: Attributes | None, number: int | None) -> Encryption | None:
        if key is None:
            return None
        method, form = key.get("METHOD", "").upper(), key.get("KEYFORMAT", "identity")
        if method != "AES-128" or form != "identity":
            told = method if form == "identity" else f"{method}, {form}"
            raise SourceUnreadableError(
                f'The playlist "{self._label}" is encrypted ({told[:100]}), and cannot be shown without its key: send '
                "it without DRM"
            )
        return Encryption(resolved(self._base, key.get("URI", "")), self._iv(key.get("IV"), number))

    def _iv(self, told: str | None, number: int | None) -> bytes:
        if told is None and number is not None:
            return (number % (1 << _SEQUENCE_BITS)).to_bytes(_IV_BYTES, "big")
        match = _IV.fullmatch(told or "")
        if match is None:
            raise SourceUnreadableError(f'The playlist "{self._label}" is encrypted with an IV that makes no sense')
        return int(match[1], 16).to_bytes(_IV_BYTES, "big")
