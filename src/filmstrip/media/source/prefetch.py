"""Fetches what will be read next of a remote source, over several connections, but not too far ahead.

A decoder that waits for each range in turn spends its time on round trips: some requests in flight hide them.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from filmstrip.domain.errors import SourceError
from filmstrip.media.source.block_cache import BlockCache

ByteSpan = tuple[int, int]
"""A half-open range of bytes."""

_CONNECTIONS = 8
_MOST_AHEAD_BYTES = 24 << 20
_MOST_PER_REQUEST_BYTES = 2 << 20
# A gap that is shorter than what a round trip could carry is read along.
_WORTH_A_REQUEST_BYTES = 256 << 10


def merge_spans(spans: Sequence[ByteSpan]) -> list[ByteSpan]:
    """Join spans that overlap, touch or lie near each other, and cut the result into requests of moderate size."""
    merged: list[ByteSpan] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + _WORTH_A_REQUEST_BYTES:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return [
        (start, min(end, start + _MOST_PER_REQUEST_BYTES))
        for whole_start, end in merged
        for start in range(whole_start, end, _MOST_PER_REQUEST_BYTES)
    ]


class Prefetcher:
    """Fetches the spans of stretches before they are worked on."""

    def __init__(self, cache: BlockCache, stretches: Sequence[Sequence[ByteSpan]]) -> None:
        self._cache = cache
        self._stretches = [merge_spans(spans) for spans in stretches]
        self._asked = 0
        self._pool = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="prefetch")

    def close(self) -> None:
        """Wait for what is in flight and forget the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def reach(self, number: int) -> None:
        """Say that the work on a stretch begins: it and what follows it, within bounds, is fetched."""
        ahead = 0
        for later in range(number, len(self._stretches)):
            if later >= self._asked:
                for start, end in self._stretches[later]:
                    self._pool.submit(self._fetch, start, end)
                self._asked = later + 1
            ahead += sum(end - start for start, end in self._stretches[later])
            if ahead > _MOST_AHEAD_BYTES:
                return

    def _fetch(self, start: int, end: int) -> None:
        # The reader that needs the bytes meets the error when it actually reads them.
        with suppress(SourceError):
            self._cache.fetch(start, end)
