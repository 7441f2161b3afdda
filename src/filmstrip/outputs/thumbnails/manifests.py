"""Makes the manifests of thumbnails from the finished pictures, all from the same times and names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filmstrip.domain.artifact import Artifact, FrameStamp
from filmstrip.manifest import bif, dash, hls_images, hls_mjpg, jpeg_fragments, storyboard_json, webvtt
from filmstrip.manifest.picture import Cue, PictureRef
from filmstrip.manifest.sprite_series import Sprite, SpriteSeries
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs.thumbnails.layout import ThumbnailSet, manifest_names, packed_names
from filmstrip.params.storyboard import Manifest

HLS_CONTENT_TYPE = "application/vnd.apple.mpegurl"
"""MIME type of a playlist (RFC 8216, 10)."""
_MP4_CONTENT_TYPE = "video/mp4"


@dataclass(frozen=True)
class ManifestMaker:
    """Makes the manifests of one size.

    Attributes:
        each: The files that they tell of.
        manifests: Which are asked for.
        bench: What to work with; its finished artifacts are the pictures.
    """

    each: ThumbnailSet
    manifests: frozenset[Manifest]
    bench: Workbench

    def make_packed(self) -> Iterator[Artifact]:
        """Make the files that hold pictures themselves."""
        makers = {self.each.jpeg_track_name: self._jpeg_track, self.each.manifest_name(Manifest.BIF): self._bif}
        for name in packed_names(self.each, self.manifests):
            content_type, parts = makers[name]()
            path = self.bench.path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.writelines(parts)
            yield Artifact(name, content_type, path.stat().st_size)

    def make_manifests(self) -> Iterator[Artifact]:
        """Make the files that point at others, the WebVTT file last."""
        for name in manifest_names(self.each, self.manifests):
            content_type, text = self._text(name)
            path = self.bench.path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            yield Artifact(
                name, content_type, path.stat().st_size, urls_expire_at=self.bench.rendering.addresses.expire_at
            )

    def _text(self, name: str) -> tuple[str, str]:
        each = self.each
        if name == each.multivariant_name:
            return HLS_CONTENT_TYPE, self._multivariant()
        kind = next(kind for kind in Manifest if each.manifest_name(kind) == name)
        if kind is Manifest.VTT:
            return webvtt.CONTENT_TYPE, webvtt.webvtt(self._cues())
        if kind is Manifest.JSON:
            return storyboard_json.CONTENT_TYPE, storyboard_json.storyboard_json(self._shots(), each.seconds)
        if kind is Manifest.DASH:
            return dash.CONTENT_TYPE, dash.mpd(self._series(self._bare_names()))
        if kind is Manifest.HLS_IMAGE:
            return HLS_CONTENT_TYPE, hls_images.image_playlist(self._series(self._references()))
        return HLS_CONTENT_TYPE, hls_mjpg.mjpg_playlist(self._track())

    def _multivariant(self) -> str:
        entries = ["#EXTM3U", "#EXT-X-VERSION:7"]
        if Manifest.HLS_IMAGE in self.manifests:
            uri = self._reference(self.each.manifest_name(Manifest.HLS_IMAGE))
            entries.append(hls_images.image_stream_entry(self._series(self._references()), uri))
        if Manifest.HLS_MJPG in self.manifests:
            uri = self._reference(self.each.manifest_name(Manifest.HLS_MJPG))
            entries.append(hls_mjpg.mjpg_stream_entry(self._track(), uri))
        return "\n".join(entries) + "\n"

    def _bare_names(self) -> list[str]:
        return [self.each.file_name(number) for number in range(self.each.tiles.sprite_count)]

    def _references(self) -> list[str]:
        return [self._reference(name) for name in self.each.image_names(range(self.each.tiles.sprite_count))]

    def _reference(self, name: str) -> str:
        """Name an artifact as players are to fetch it: by its bare name, or by its address."""
        return self.bench.rendering.addresses.urls.get(name, name.removeprefix(self.each.folder))

    def _cues(self) -> list[Cue]:
        references, tiles = self._references(), self.each.tiles
        places = [tiles.place(index) for index in range(tiles.count)]
        return [
            Cue(span, PictureRef(references[place.sprite_index], tiles.tile, place.x, place.y))
            for span, place in zip(self.each.moments.cues(), places, strict=True)
        ]

    def _shots(self) -> list[storyboard_json.Shot]:
        names = self.each.image_names(range(self.each.tiles.sprite_count))
        frames: list[FrameStamp] = [frame for name in names for frame in self.bench.rendering.finished[name].frames]
        return [storyboard_json.Shot(cue, frame) for cue, frame in zip(self._cues(), frames, strict=True)]

    def _series(self, references: Sequence[str]) -> SpriteSeries:
        names = self.each.image_names(range(self.each.tiles.sprite_count))
        sprites = tuple(
            Sprite(reference, self.bench.rendering.finished[name].size_bytes)
            for reference, name in zip(references, names, strict=True)
        )
        content_type = self.each.image_format.content_type
        return SpriteSeries(self.each.tiles, sprites, self.each.moments.least_step, self.each.seconds, content_type)

    def _jpegs(self) -> list[Path]:
        return [self.bench.path(self.each.jpeg_name(index)) for index in range(self.each.tiles.count)]

    def _bif(self) -> tuple[str, Iterator[bytes]]:
        jpegs = self._jpegs()
        head = bif.bif_index([path.stat().st_size for path in jpegs], self.each.moments.least_step)
        return bif.CONTENT_TYPE, _chained(head, jpegs)

    def _jpeg_track(self) -> tuple[str, Iterator[bytes]]:
        def parts() -> Iterator[bytes]:
            yield jpeg_fragments.init_segment(self.each.tiles.tile)
            for index, (span, path) in enumerate(zip(self.each.moments.cues(), self._jpegs(), strict=True)):
                data = path.read_bytes()
                yield jpeg_fragments.fragment_header(index, span, len(data))
                yield data

        return _MP4_CONTENT_TYPE, parts()

    def _track(self) -> hls_mjpg.JpegTrack:
        spans = self.each.moments.cues()
        sizes = [path.stat().st_size for path in self._jpegs()]
        fragments = [
            len(jpeg_fragments.fragment_header(index, span, size)) + size
            for index, (span, size) in enumerate(zip(spans, sizes, strict=True))
        ]
        init_bytes = len(jpeg_fragments.init_segment(self.each.tiles.tile))
        name = self._reference(self.each.jpeg_track_name)
        return hls_mjpg.JpegTrack(name, self.each.tiles.tile, init_bytes, spans, fragments)


def _chained(head: bytes, files: Sequence[Path]) -> Iterator[bytes]:
    yield head
    for path in files:
        yield path.read_bytes()
