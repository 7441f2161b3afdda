"""Rules on a BIF file (Roku's "BIF file creation", version 0)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from filmstrip.manifest.bif import MAGIC
from filmstrip.manifest.lint.finding import Level, Player, Rule, whole_file
from filmstrip.manifest.lint.surroundings import Surroundings

_READERS = (Player.ROKU, Player.BIF_PARSER)
_TABLE_OFFSET = 64
_ENTRY = struct.Struct("<II")
_END_TIMESTAMP = 0xFFFFFFFF
_JPEG_START = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class BifFile:
    """A BIF file as it is.

    Attributes:
        data: All of it.
        version: Version of the format.
        count: How many images it says it has.
        multiplier: Milliseconds of one timestamp; 0 means 1000.
        entries: Timestamps and offsets that are there, the one that marks the end included.
    """

    data: bytes
    version: int
    count: int
    multiplier: int
    entries: tuple[tuple[int, int], ...]


def read_bif(data: bytes) -> BifFile:
    """Read a file, whatever it holds; what is missing reads as zero."""
    version, count, multiplier = struct.unpack_from("<III", data[:_TABLE_OFFSET].ljust(_TABLE_OFFSET, b"\0"), 8)
    there = max(0, min(count + 1, (len(data) - _TABLE_OFFSET) // _ENTRY.size))
    entries = tuple(_ENTRY.unpack_from(data, _TABLE_OFFSET + _ENTRY.size * index) for index in range(there))
    return BifFile(data, version, count, multiplier, entries)


def _broken_table(bif: BifFile, _: Surroundings) -> Iterator[str]:
    whole = len(bif.entries) == bif.count + 1
    marked = whole and bif.entries[-1] == (_END_TIMESTAMP, len(bif.data))
    yield from whole_file(broken=not marked)


def _backward(bif: BifFile, _: Surroundings) -> Iterator[str]:
    first = _TABLE_OFFSET + _ENTRY.size * (bif.count + 1)
    for index, (before, after) in enumerate(pairwise(bif.entries)):
        if not first <= before[1] < after[1] <= len(bif.data):
            yield f"image {index}"


def _irregular(bif: BifFile, _: Surroundings) -> Iterator[str]:
    for index, (timestamp, _offset) in enumerate(bif.entries[: bif.count]):
        if timestamp != index:
            yield f"image {index} has the timestamp {timestamp}"


def _not_jpeg(bif: BifFile, _: Surroundings) -> Iterator[str]:
    for index, (_timestamp, offset) in enumerate(bif.entries[: bif.count]):
        if bif.data[offset : offset + len(_JPEG_START)] != _JPEG_START:
            yield f"image {index}"


BIF_RULES: tuple[Rule[BifFile], ...] = (
    Rule(
        "magic",
        Level.ERROR,
        _READERS,
        "The first eight bytes are not those of a BIF file",
        lambda bif, _: whole_file(broken=bif.data[: len(MAGIC)] != MAGIC),
    ),
    Rule(
        "version",
        Level.ERROR,
        _READERS,
        "The version is not 0",
        lambda bif, _: whole_file(broken=bif.version != 0),
    ),
    Rule("no-image", Level.ERROR, _READERS, "There is no image", lambda bif, _: whole_file(broken=bif.count == 0)),
    Rule(
        "table",
        Level.ERROR,
        _READERS,
        "The table does not end in FFFFFFFF and the length of the file: it is cut off, or something follows",
        _broken_table,
    ),
    Rule("offsets", Level.ERROR, _READERS, "The image does not lie between its neighbours in the file", _backward),
    Rule("jpeg", Level.ERROR, _READERS, "This is no JPEG file", _not_jpeg),
    Rule(
        "timestamps",
        Level.WARNING,
        (Player.BIF_PARSER,),
        "Timestamps are not 0, 1, 2 …: readers that divide the time by the multiplier show another image",
        _irregular,
    ),
)
