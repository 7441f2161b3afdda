"""Makes the manifests of thumbnails from the finished pictures, all from the same times and names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.manifest_kind import Manifest
from filmstrip.manifest.writers import PACKERS, STREAM_WRITERS, TEXT_WRITERS
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs.thumbnails.layout import NamedFile, ThumbnailSet, manifest_files, packed_files
from filmstrip.outputs.thumbnails.material import FinishedSet


@dataclass(frozen=True)
class ManifestMaker:
    """Makes the manifests of one size.

    Attributes:
        each: The files that they tell of.
        kinds: Which are made, in the order of their table.
        bench: What to work with; its finished artifacts are the pictures.
    """

    each: ThumbnailSet
    kinds: Sequence[Manifest]
    bench: Workbench

    def make_packed(self) -> Iterator[Artifact]:
        """Make the files that hold pictures themselves."""
        for kind, file in packed_files(self.each, self.kinds).items():
            size_bytes = self._put(file, PACKERS[kind].pack(self._material))
            yield Artifact(file.name, file.content_type, size_bytes)

    def make_manifests(self) -> Iterator[Artifact]:
        """Make the files that point at others, the WebVTT file last."""
        expire_at = self.bench.rendering.addresses.expire_at
        for file in manifest_files(self.each, self.kinds):
            size_bytes = self._put(file, [self._text(file.kind).encode()])
            yield Artifact(file.name, file.content_type, size_bytes, urls_expire_at=expire_at)

    @property
    def _material(self) -> FinishedSet:
        return FinishedSet(self.each, self.bench)

    def _text(self, kind: Manifest | None) -> str:
        return self._multivariant() if kind is None else TEXT_WRITERS[kind].write(self._material)

    def _multivariant(self) -> str:
        lines = ["#EXTM3U", "#EXT-X-VERSION:7"]
        for file in manifest_files(self.each, self.kinds):
            if file.kind in STREAM_WRITERS:
                uri = self._material.uri(file.name)
                lines.append(STREAM_WRITERS[file.kind].stream_entry(self._material, uri))
        return "\n".join(lines) + "\n"

    def _put(self, file: NamedFile, parts: Iterable[bytes]) -> int:
        """Write a file into the work folder and return its length."""
        path = self.bench.path(file.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as opened:
            opened.writelines(parts)
        return path.stat().st_size
