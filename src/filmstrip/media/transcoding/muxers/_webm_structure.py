"""Of what a WebM file is made, element by element (RFC 9559, 5.1): a demuxer would pass over what is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from filmstrip.media.containers.ebml import element, read_id, read_size

_EBML, _DOC_TYPE, _SEGMENT = 0x1A45DFA3, 0x4282, 0x18538067
_INFO, _DURATION, _CUES, _CLUSTER = 0x1549A966, 0x4489, 0x1C53BB6B, 0x1F43B675
_IN_SEGMENT = {_INFO, _CUES, _CLUSTER, 0x114D9B74, 0x1654AE6B, 0x1254C367, 0xEC}
_IN_CLUSTER = {0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0xEC}
_LONGEST_HEADER_BYTES = 12
_ANY_SIZE = 1 << 62


@dataclass(frozen=True, slots=True)
class WebmStructure:
    """What was found.

    Attributes:
        doc_type: What the file calls itself.
        tells_length: Whether it tells how long it is.
        is_index_first: Whether its index lies before all samples.
        whole_bytes: Up to where elements follow one another as they should: the size of a file that is whole.
    """

    doc_type: str
    tells_length: bool
    is_index_first: bool
    whole_bytes: int


def read_structure(path: Path) -> WebmStructure:
    """Walk the elements of a file, and those of its clusters."""
    size, doc_type, tells_length, seen, whole = path.stat().st_size, b"", False, list[int](), 0
    with path.open("rb") as file:
        for key, start, end in _elements(file, 0, _ANY_SIZE):
            if key == _EBML:
                doc_type = element(_read(file, start, end), _DOC_TYPE)
            if key != _SEGMENT:
                continue
            for inner, first, behind in _elements(file, start, min(end, size)):
                seen.append(inner)
                if inner not in _IN_SEGMENT or (inner == _CLUSTER and not _is_whole(_read(file, first, behind))):
                    break
                tells_length |= inner == _INFO and bool(element(_read(file, first, behind), _DURATION))
                whole = behind
    is_first = _CUES in seen and _CLUSTER in seen and seen.index(_CUES) < seen.index(_CLUSTER)
    return WebmStructure(doc_type.rstrip(b"\0").decode("latin-1"), tells_length, is_first, whole)


def _elements(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Walk elements side by side: ID, first byte of the payload, first byte behind it; ends with one that is none."""
    at = start
    while at < end:
        found = _header(_read(file, at, min(end, at + _LONGEST_HEADER_BYTES)))
        if found is None or at + found[1] + found[2] > end:
            return
        key, header, length = found
        yield key, at + header, at + header + length
        at += header + length


def _header(data: bytes, at: int = 0) -> tuple[int, int, int] | None:
    """Read an element's ID, the length of its header and that of its payload, in bytes; None if there is none."""
    key = read_id(data, at)
    size = None if key is None else read_size(data, key[1])
    return None if key is None or size is None or size[0] is None else (key[0], size[1] - at, size[0])


def _is_whole(cluster: bytes) -> bool:
    at = 0
    while at < len(cluster):
        found = _header(cluster, at)
        if found is None or found[0] not in _IN_CLUSTER:
            return False
        at += found[1] + found[2]
    return at == len(cluster)


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)
