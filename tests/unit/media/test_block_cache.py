"""Are remote bytes fetched once, whoever reads them, and never mixed up?"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.domain.errors import SourceUnreachableError
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.media.source.remote_input import RangeFile

SIZE = 1_000_003
DATA = (bytes(number * 31 % 251 for number in range(251)) * (SIZE // 251 + 1))[:SIZE]


class Bytes:
    """Byte ranges in memory that count what is asked for, and fail when told to."""

    def __init__(self) -> None:
        self.bytes_read = self.requests = 0
        self.size_bytes = SIZE
        self.failures = 0
        self._lock = threading.Lock()

    def read_range(self, start: int, end: int) -> bytes:
        with self._lock:
            if self.failures:
                self.failures -= 1
                raise SourceUnreachableError("gone")
            data = DATA[start:end]
            self.bytes_read += len(data)
            self.requests += 1
        return data


@given(st.lists(st.tuples(st.integers(0, SIZE), st.integers(0, 300_000)), max_size=20))
def test_any_range_is_what_it_is_in_the_source(ranges: list[tuple[int, int]]) -> None:
    """Bytes are those of the source, also over the edges of blocks and the end."""
    cache = BlockCache(Bytes())
    for start, length in ranges:
        assert cache.read_range(start, start + length) == DATA[start : start + length]


def test_nothing_is_fetched_twice() -> None:
    """Threads that read the same bytes at the same time share one request."""
    source = Bytes()
    cache = BlockCache(source)
    with ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(lambda _: cache.read_range(0, SIZE), range(16)))
    assert set(parts) == {DATA}
    assert source.bytes_read == SIZE


def test_what_was_fetched_ahead_is_not_asked_for_again() -> None:
    """Prefetched ranges serve the reads that follow."""
    source = Bytes()
    cache = BlockCache(source)
    cache.fetch(100_000, 400_000)
    before = source.bytes_read
    assert cache.read_range(150_000, 350_000) == DATA[150_000:350_000]
    assert source.bytes_read == before


def test_a_failed_fetch_can_be_tried_again() -> None:
    """An error reaches who asked, and does not stay in the memory."""
    source = Bytes()
    source.failures = 1
    cache = BlockCache(source)
    with pytest.raises(SourceUnreachableError):
        cache.read_range(0, 10)
    assert cache.read_range(0, 10) == DATA[:10]


def test_a_range_file_reads_like_a_file() -> None:
    """Seeking and reading from the start, the position and the end all work; behind the end there is nothing."""
    file = RangeFile(BlockCache(Bytes()))
    assert file.read(5) == DATA[:5]
    assert file.seek(-3, 2) == SIZE - 3
    assert file.read() == DATA[-3:]
    assert file.read(10) == b""
    assert file.seek(-1, 1) == SIZE - 1
    assert file.read(9) == DATA[-1:]
    assert file.seek(SIZE + 50) == SIZE + 50
    assert file.read(1) == b""


def test_headers_far_apart_cost_little_more_than_themselves() -> None:
    """Who goes from header to header is sent 32 KiB for each, in one request wherever it lies; not what lies behind."""
    source = Bytes()
    cache = BlockCache(source)
    headers = range(0, SIZE - 100_003, 100_003)
    for start in headers:
        for part in (start, start + 4_096):
            assert cache.read_range(part, part + 4_096) == DATA[part : part + 4_096]
    assert source.requests == len(headers)
    assert source.bytes_read <= (len(headers) + 1) * (32 << 10)


def test_who_reads_on_behind_a_header_gets_more_each_time() -> None:
    """Samples behind the last header come in requests that grow to 256 KiB."""
    source = Bytes()
    cache = BlockCache(source)
    for start in (0, 100_003, 200_006):
        cache.read_range(start, start + 4_096)
    source.requests = 0
    for start in range(204_102, SIZE, 4_096):
        cache.read_range(start, start + 4_096)
    assert source.requests <= 6
