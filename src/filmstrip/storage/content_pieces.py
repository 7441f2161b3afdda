"""What is put, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def pieces_of(data: Path | bytes, piece_bytes: int) -> Iterator[bytes]:
    """Yield content, or that of a file, in pieces of a size; the last may be smaller."""
    if isinstance(data, bytes):
        yield from (data[start : start + piece_bytes] for start in range(0, len(data), piece_bytes))
        return
    with data.open("rb") as file:
        yield from iter(lambda: file.read(piece_bytes), b"")
