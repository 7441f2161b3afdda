"""In which order do the parts of an MP4 file lie? A player can start early only where the index comes first."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_HEADER = struct.Struct(">I4s")
_LARGE_SIZE = struct.Struct(">Q")
_SIZE_FOLLOWS = 1
_TO_END_OF_FILE = 0


def box_names(path: Path) -> tuple[str, ...]:
    """Name the top-level boxes of a file, in order (ISO/IEC 14496-12, 4.2)."""
    with path.open("rb") as file:
        return tuple(_names(file, path.stat().st_size))


def is_faststart(path: Path) -> bool:
    """Tell whether the index of an MP4 file lies before its samples, so that it plays while it is still loading."""
    names = box_names(path)
    return "moov" in names and "mdat" in names and names.index("moov") < names.index("mdat")


def _names(file: BinaryIO, file_size: int) -> Iterator[str]:
    position = 0
    while position + _HEADER.size <= file_size:
        file.seek(position)
        size, name = _HEADER.unpack(file.read(_HEADER.size))
        yield name.decode("latin-1")
        if size == _SIZE_FOLLOWS:
            (size,) = _LARGE_SIZE.unpack(file.read(_LARGE_SIZE.size).ljust(_LARGE_SIZE.size, b"\0"))
        if size == _TO_END_OF_FILE or size < _HEADER.size:
            return
        position += size
