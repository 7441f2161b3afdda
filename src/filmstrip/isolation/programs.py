"""Files that have to be readable and executable so that one program, and no other, can be run."""

from __future__ import annotations

import os
import struct
from pathlib import Path

# Where libraries are on Linux; what is not there is passed over.
LIBRARY_FOLDERS = tuple(
    map(Path, ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store"))
)
LOADER_FILES = tuple(map(Path, ("/etc/ld.so.cache", "/etc/ld.so.preload")))

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")  # Elf64_Ehdr (System V ABI, object files)
_SEGMENT = struct.Struct("<IIQQQQQQ")  # Elf64_Phdr
_PT_INTERP = 3
_MOST_SEGMENTS = 128


def interpreter_of(program: Path) -> Path | None:
    """Return the dynamic loader that an ELF program names; None for a static one, or what is no 64-bit ELF file."""
    with program.open("rb") as file:
        head = file.read(_HEADER.size)
        if len(head) < _HEADER.size or head[:6] != b"\x7fELF\x02\x01":
            return None
        fields = _HEADER.unpack(head)
        offset, count = fields[5], min(fields[10], _MOST_SEGMENTS)
        file.seek(offset)
        segments = file.read(count * _SEGMENT.size)
        for kind, _flags, start, _virtual, _physical, size, *_rest in _SEGMENT.iter_unpack(
            segments[: len(segments) // _SEGMENT.size * _SEGMENT.size]
        ):
            if kind == _PT_INTERP:
                file.seek(start)
                return Path(os.fsdecode(file.read(size).rstrip(b"\0")))
    return None


def libraries_of(program: Path) -> tuple[Path, ...]:
    """Return the folders and files that a dynamic program's loader reads, in addition to the program and itself."""
    named = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    beside = program.resolve().parent.parent / "lib"
    return (*LIBRARY_FOLDERS, *LOADER_FILES, beside, *(Path(name) for name in named if name.startswith("/")))
