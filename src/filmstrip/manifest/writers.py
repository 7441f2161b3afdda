"""Finds what writes each kind of manifest: the module of this package that its row names (`domain.manifest_kind`).

All are loaded with this module, as a media process cannot load anything later; one that lacks what its row asks for is
an error then.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar, runtime_checkable

from filmstrip.domain.manifest_kind import Manifest, ManifestKind
from filmstrip.manifest.material import Material

_PACKAGE = __name__.rpartition(".")[0]
WriterT = TypeVar("WriterT")


@runtime_checkable
class WritesText(Protocol):
    """A module whose manifest points at files of pictures."""

    def write(self, material: Material) -> str:
        """Write the manifest's text, with LF line ends."""


@runtime_checkable
class PacksPictures(Protocol):
    """A module whose manifest has a file that holds pictures itself."""

    def pack(self, material: Material) -> Iterator[bytes]:
        """Yield the file in parts, none longer than a picture needs."""


@runtime_checkable
class WritesStreamEntry(Protocol):
    """A module whose manifest is named by the multivariant HLS playlist."""

    def stream_entry(self, material: Material, uri: str) -> str:
        """Write the line that names the manifest by its URL reference."""


def text_writer(kind: ManifestKind) -> WritesText:
    """Load what writes the text of a kind.

    Raises:
        TypeError: Its module lacks it.
    """
    return _able(kind, lambda module: module if isinstance(module, WritesText) else None)


def packer(kind: ManifestKind) -> PacksPictures:
    """Load what packs the pictures of a kind.

    Raises:
        TypeError: Its module lacks it.
    """
    return _able(kind, lambda module: module if isinstance(module, PacksPictures) else None)


def stream_writer(kind: ManifestKind) -> WritesStreamEntry:
    """Load what writes the line that names a kind.

    Raises:
        TypeError: Its module lacks it.
    """
    return _able(kind, lambda module: module if isinstance(module, WritesStreamEntry) else None)


def _able(kind: ManifestKind, able: Callable[[object], WriterT | None]) -> WriterT:
    name = f"{_PACKAGE}.{kind.module}"
    writer = able(importlib.import_module(name))
    if writer is None:
        raise TypeError(f"{name} lacks a function that the row of the manifest {kind.name} asks for")
    return writer


TEXT_WRITERS = {kind: text_writer(kind.row) for kind in Manifest if kind.row.text is not None}
"""What writes the text of each kind that has one."""
PACKERS = {kind: packer(kind.row) for kind in Manifest if kind.row.packed is not None}
"""What packs the pictures of each kind that holds them itself."""
STREAM_WRITERS = {kind: stream_writer(kind.row) for kind in Manifest if kind.row.is_hls_stream}
"""What names each kind that the multivariant HLS playlist names."""
