"""Finished frames in a file beside the work, in whatever order they come: encoders of moving pictures want all of them.

GIF has one palette for all, which is found by looking at each frame once before any of them is encoded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from filmstrip.domain.geometry import FrameSize

RgbArray = npt.NDArray[np.uint8]


class FrameFile:
    """Frames of one size, uint8 [H, W, 3], RGB, by their numbers. Several threads may put frames."""

    def __init__(self, path: Path, size: FrameSize, count: int) -> None:
        """Begin with black frames.

        Args:
            path: A file that is made, and removed at the end.
            size: Of each frame.
            count: How many there are.
        """
        self.size, self.count = size, count
        self._path = path
        self._frame_bytes = size.width * size.height * 3
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._descriptor, self._frame_bytes * count)

    def put(self, number: int, pixels: RgbArray) -> None:
        """Keep a frame."""
        rest = memoryview(pixels.tobytes())
        offset = number * self._frame_bytes
        while rest:
            written = os.pwrite(self._descriptor, rest, offset)
            rest, offset = rest[written:], offset + written

    def frames(self) -> Iterator[RgbArray]:
        """Yield all frames in order."""
        shape = (self.size.height, self.size.width, 3)
        for number in range(self.count):
            data = os.pread(self._descriptor, self._frame_bytes, number * self._frame_bytes)
            yield np.frombuffer(data, np.uint8).reshape(shape)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the file."""
        os.close(self._descriptor)
        self._path.unlink(missing_ok=True)
