"""Bytes in memory that tell how often and how much of them was asked for."""

from __future__ import annotations


class Bytes:
    """Byte ranges in memory that count requests."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size_bytes = len(data)
        self.bytes_read = self.requests = 0

    def read_range(self, start: int, end: int) -> bytes:
        self.requests += 1
        self.bytes_read += min(end, self.size_bytes) - start
        return self.data[start:end]
