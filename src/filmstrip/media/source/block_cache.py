"""The bytes of a remote source that are here: blocks, fetched once, shared by all readers, bounded in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future

from filmstrip.media.source.media_source import ByteRanges

_BLOCK_BYTES = 1 << 14
# A reader that misses reads on in all likelihood: some blocks cost hardly more than one, a round trip costs much. One
# that has read on gets more and more. One that goes from header to header, as libav does over the fragments of an MP4,
# gets no more than a header that begins at the end of a block.
_HEADER_BLOCKS = 2
_LEAST_BLOCKS_PER_MISS = 4
_MOST_BLOCKS_PER_MISS = 16
_MOST_BLOCKS = (64 << 20) // _BLOCK_BYTES

Block = Future[bytes]


class BlockCache:
    """Byte ranges over other byte ranges, with a memory. Safe to use from several threads at once."""

    def __init__(self, ranges: ByteRanges) -> None:
        self._ranges = ranges
        self._blocks: OrderedDict[int, Block] = OrderedDict()
        self._lock = threading.Lock()
        self._missed = 0
        self._after_miss = -1
        self._is_more_than_header = True
        self._blocks_per_miss = _LEAST_BLOCKS_PER_MISS

    @property
    def size_bytes(self) -> int:
        """Length of the whole."""
        return self._ranges.size_bytes

    @property
    def bytes_read(self) -> int:
        """How many bytes were transferred so far."""
        return self._ranges.bytes_read

    def read_range(self, start: int, end: int) -> bytes:
        """Read the half-open byte range, from memory where it is there."""
        end = min(end, self.size_bytes)
        if start >= end:
            return b""
        first, last = start // _BLOCK_BYTES, (end - 1) // _BLOCK_BYTES
        data = b"".join(self._block(number) for number in range(first, last + 1))
        offset = start - first * _BLOCK_BYTES
        return data[offset : offset + end - start]

    def fetch(self, start: int, end: int) -> None:
        """Bring a half-open byte range here, with as few requests as possible; what is here is not asked for again."""
        last = -(-min(end, self.size_bytes) // _BLOCK_BYTES)
        number = start // _BLOCK_BYTES
        while number < last:
            claimed = self._claim(number, last)
            if claimed:
                self._fill(number, claimed)
            number += max(1, len(claimed))

    def _block(self, number: int) -> bytes:
        with self._lock:
            block = self._blocks.get(number)
            self._is_more_than_header |= self._missed + _HEADER_BLOCKS <= number <= self._after_miss
            if block is not None:
                self._blocks.move_to_end(number)
        if block is None:
            claimed = self._claim(number, self._end_of_miss(number))
            if not claimed:
                return self._block(number)
            self._fill(number, claimed)
            block = claimed[0]
        return block.result()

    def _end_of_miss(self, number: int) -> int:
        """Decide how far to read when a block is missing: further each time that the one before was read to its end."""
        with self._lock:
            if number == self._after_miss:
                self._blocks_per_miss = min(2 * self._blocks_per_miss, _MOST_BLOCKS_PER_MISS)
            else:
                self._blocks_per_miss = _LEAST_BLOCKS_PER_MISS if self._is_more_than_header else _HEADER_BLOCKS
            self._is_more_than_header, self._missed = False, number
            self._after_miss = min(number + self._blocks_per_miss, -(-self.size_bytes // _BLOCK_BYTES))
            return self._after_miss

    def _claim(self, first: int, end: int) -> list[Block]:
        """Promise the run of missing blocks from the first on; empty if that one is promised already."""
        claimed: list[Block] = []
        with self._lock:
            for number in range(first, end):
                if number in self._blocks:
                    break
                claimed.append(Future())
                self._blocks[number] = claimed[-1]
        return claimed

    def _fill(self, first: int, claimed: list[Block]) -> None:
        start = first * _BLOCK_BYTES
        try:
            data = self._ranges.read_range(start, start + len(claimed) * _BLOCK_BYTES)
        except BaseException as error:
            self._break(first, claimed, error)
            raise
        for offset, block in enumerate(claimed):
            block.set_result(data[offset * _BLOCK_BYTES : (offset + 1) * _BLOCK_BYTES])
        self._forget_oldest()

    def _break(self, first: int, claimed: list[Block], error: BaseException) -> None:
        """Wake everybody who waits for the blocks, and let the next one who needs them try again."""
        with self._lock:
            for number in range(first, first + len(claimed)):
                del self._blocks[number]
        for block in claimed:
            block.set_exception(error)

    def _forget_oldest(self) -> None:
        with self._lock:
            surplus = len(self._blocks) - _MOST_BLOCKS
            old = [number for number, block in self._blocks.items() if block.done()][: max(0, surplus)]
            for number in old:
                del self._blocks[number]
