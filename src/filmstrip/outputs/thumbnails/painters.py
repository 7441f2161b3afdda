"""Makes the files of one size of samples: a file each, or tiles of sprites, of which each is written when full."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filmstrip.domain.artifact import Artifact, FrameStamp
from filmstrip.domain.media_info import VideoStream
from filmstrip.domain.picture import PictureEncoding
from filmstrip.media.pictures.image_encoder import ImageEncoder
from filmstrip.media.pictures.picture_bytes import encode_pixels
from filmstrip.media.pictures.sprite import Sheet
from filmstrip.media.sampling.targets import Sample
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs.thumbnails.layout import ThumbnailSet

Paint = Callable[[Sample], Artifact | None]
"""Takes a sample up, and tells the file that it made whole, if it did."""


@dataclass
class Painter(ABC):
    """Makes picture files of one size. For several threads, of which each has a `Paint` of its own.

    Attributes:
        each: The size, with its files.
        numbers: Which of its files are to be made, from 0.
        encoding: Format and quality of the files.
        bench: What to work with.
    """

    each: ThumbnailSet
    numbers: frozenset[int]
    encoding: PictureEncoding
    bench: Workbench

    def wants(self, index: int) -> bool:
        """Check whether picture `index` is in a file that is to be made."""
        return self.each.tiles.place(index).sprite_index in self.numbers

    def indices(self) -> Iterator[int]:
        """Return which pictures are in files that are to be made."""
        return (index for number in self.numbers for index in self.each.tiles.indices(number))

    @abstractmethod
    def new_paint(self, video: VideoStream) -> Paint:
        """Begin to take samples of a stream up, in one thread."""

    def _encoder(self, video: VideoStream) -> ImageEncoder:
        return ImageEncoder(video, self.each.fit, self.encoding)

    def _write(self, number: int, data: bytes, frames: tuple[FrameStamp, ...]) -> Artifact:
        name = self.each.folder + self.each.file_name(number)
        write_file(self.bench.path(name), data)
        return Artifact(name, self.encoding.image_format.content_type, len(data), frames)


class FilePainter(Painter):
    """Makes a file of each picture."""

    def new_paint(self, video: VideoStream) -> Paint:
        """Begin to take samples of a stream up, in one thread."""
        encoder = self._encoder(video)
        return lambda sample: self._write(sample.target.index, encoder.encode(sample.frame), (sample.stamp,))


@dataclass
class SpritePainter(Painter):
    """Makes sprites; in memory are those that have some of their pictures and not yet all."""

    _open: dict[int, tuple[Sheet, dict[int, FrameStamp]]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def new_paint(self, video: VideoStream) -> Paint:
        """Begin to take samples of a stream up, in one thread."""
        encoder = self._encoder(video)

        def paint(sample: Sample) -> Artifact | None:
            index = sample.target.index
            number = self.each.tiles.place(index).sprite_index
            sheet, stamps = self._sheet(number)
            sheet.place(index, encoder.pixels(sample.frame))
            with self._lock:
                stamps[index] = sample.stamp
                is_full = len(stamps) == len(self.each.tiles.indices(number))
            return self._finish(number) if is_full else None

        return paint

    def _sheet(self, number: int) -> tuple[Sheet, dict[int, FrameStamp]]:
        with self._lock:
            if number not in self._open:
                self._open[number] = Sheet(self.each.tiles), {}
            return self._open[number]

    def _finish(self, number: int) -> Artifact:
        with self._lock:
            sheet, stamps = self._open.pop(number)
        frames = tuple(stamps[index] for index in self.each.tiles.indices(number))
        return self._write(number, encode_pixels(sheet.pixels, self.encoding), frames)


def write_file(path: Path, data: bytes) -> None:
    """Write a file, with the folders that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
