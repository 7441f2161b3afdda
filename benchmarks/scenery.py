"""What is seen in the sources of the benchmarks? Scenes that cost an encoder about what footage costs it.

Footage has detail at all scales (an amplitude that falls a little faster than one over the frequency), a camera that
pans, things that move in front of it, and grain. Each scene has its own; a cut stands between two of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import barcode

Samples = npt.NDArray[np.uint16]
Planes = tuple[Samples, Samples, Samples]
_MARGIN = 256
_THINGS = 5
_GRAINS = 4
_CODE_SHARE = 0.4
_FALL_OFF = 1.45
_SWAY = 36


@dataclass(frozen=True, slots=True)
class View:
    """How scenes are drawn.

    Attributes:
        width: Pixels in a row, even.
        height: Rows, even.
        bit_depth: 8 or 10.
        grain: Standard deviation of the grain, in codes of 8 bits.
        white: The brightest code by the highest; pictures in PQ stay below it.
    """

    width: int
    height: int
    bit_depth: int = 8
    grain: float = 1.5
    white: float = 1.0

    @property
    def unit(self) -> int:
        """Codes per code of 8 bits."""
        return 1 << (self.bit_depth - 8)


def scene_lengths(total: int, seed: int = 5) -> list[int]:
    """Cut `total` frames into scenes, many short ones and some long, as in edited films."""
    random = np.random.default_rng(seed)
    lengths: list[int] = []
    while sum(lengths) < total:
        lengths.append(int(random.choice([24, 40, 55, 75, 100, 140, 190])))
    lengths[-1] -= sum(lengths) - total
    return lengths


def raw_frames(view: View, total: int) -> Iterator[bytes]:
    """Draw frames 0, 1, 2 ... with their bar codes as raw 4:2:0 video."""
    kind = np.uint8 if view.bit_depth == 8 else np.dtype("<u2")
    number = 0
    for seed, length in enumerate(scene_lengths(total)):
        for planes in _Scene(view, seed).frames(length):
            dark, bright = (round(level * view.unit) for level in (16, 16 + 219 * view.white))
            barcode.paint(_corner(planes[0]), number, dark, bright)
            yield b"".join(plane.astype(kind).tobytes() for plane in planes)
            number += 1


def read_number(picture: npt.NDArray[np.generic]) -> int | None:
    """Read the bar code of a frame that was drawn here, whatever its size."""
    return barcode.read_number(picture, barcode.Window(0.0, 0.0, 1 / _CODE_SHARE, 1 / _CODE_SHARE))


def _corner(plane: Samples) -> Samples:
    """The upper left part of a picture that holds the code: small, so that footage and not bars is what is coded."""
    height, width = plane.shape
    return plane[: round(height * _CODE_SHARE), : round(width * _CODE_SHARE)]


class _Scene:
    """One take: a wide picture that the camera pans over, and smaller ones that move in front of it."""

    def __init__(self, view: View, seed: int) -> None:
        self._view = view
        self._random = np.random.default_rng(seed)
        self._ground = self._picture(view.width + _MARGIN, view.height + _MARGIN)
        self._things = [self._thing() for _ in range(_THINGS)]
        self._wave, self._wind = self._random.uniform(25, 90), self._random.uniform(0.02, 0.12)
        self._pan = self._random.uniform(-1.6, 1.6, 2)
        codes = self._random.normal(0, view.grain * view.unit, (_GRAINS, view.height, view.width))
        self._grain = np.round(codes).astype(np.int16)

    def frames(self, count: int) -> Iterator[Planes]:
        """Draw the frames of the scene."""
        for step in range(count):
            planes = self._cut(self._ground, *self._camera(step), step)
            for thing, start, speed in self._things:
                _paste(planes, thing, *(_even(at) for at in start + speed * step))
            grain = np.roll(self._grain[step % _GRAINS], 37 * step, axis=1)
            highest = 255 * self._view.unit
            planes[0][:] = np.clip(planes[0].astype(np.int32) + grain, 0, highest)
            yield planes

    def _camera(self, step: int) -> tuple[int, int]:
        middle = _MARGIN / 2
        x, y = (middle + self._pan * step + 3 * np.sin(step / 9)).clip(0, _MARGIN - 2)
        return _even(x), _even(y)

    def _cut(self, ground: Planes, x: int, y: int, step: int) -> Planes:
        """Take the view of the camera; rows sway as in wind, so that no one vector tells where all of it went."""
        width, height = self._view.width, self._view.height
        rows = np.arange(height)
        sway = _SWAY * np.sin(rows / self._wave + step * self._wind) * np.sin(step / 31 + rows / 700)
        starts = (x + 2 * np.round(sway / 2)).clip(0, _MARGIN).astype(int)
        luma = np.stack([ground[0][y + row, start : start + width] for row, start in enumerate(starts)])
        halves = starts[::2] // 2
        blue, red = (
            np.stack([plane[y // 2 + row, start : start + width // 2] for row, start in enumerate(halves)])
            for plane in ground[1:]
        )
        return luma, blue, red

    def _thing(self) -> tuple[Planes, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        view = self._view
        width, height = (_even(side * self._random.uniform(0.08, 0.3)) for side in (view.width, view.height))
        start = self._random.uniform(0, 1, 2) * (view.width, view.height) - (width / 2, height / 2)
        return self._picture(width, height), start, self._random.uniform(-5, 5, 2)

    def _picture(self, width: int, height: int) -> Planes:
        base, contrast = self._random.uniform(70, 150), self._random.uniform(18, 42)
        luma = base + contrast * self._natural(width, height)
        blue, red = (128 + 14 * self._natural(width // 2, height // 2) for _ in range(2))
        scale = self._view.unit * self._view.white
        samples = [np.clip(plane, 16, 235) for plane in (luma, blue, red)]
        offset = 128 * self._view.unit
        return (
            (samples[0] * scale).astype(np.uint16),
            ((samples[1] - 128) * self._view.unit + offset).astype(np.uint16),
            ((samples[2] - 128) * self._view.unit + offset).astype(np.uint16),
        )

    def _natural(self, width: int, height: int) -> npt.NDArray[np.float64]:
        """Make noise whose amplitude falls as one over the frequency: mean 0, deviation 1."""
        frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
        frequency[0, 0] = 1
        spectrum = np.fft.rfft2(self._random.normal(size=(height, width))) / frequency**_FALL_OFF
        spectrum[0, 0] = 0
        field: npt.NDArray[np.float64] = np.fft.irfft2(spectrum, (height, width))
        return field / field.std()


def _paste(planes: Planes, thing: Planes, x: int, y: int) -> None:
    """Put a smaller picture into a larger one; what overhangs is cut off."""
    for plane, part, scale in zip(planes, thing, (1, 2, 2), strict=True):
        left, top = x // scale, y // scale
        right, bottom = min(plane.shape[1], left + part.shape[1]), min(plane.shape[0], top + part.shape[0])
        if right > max(left, 0) and bottom > max(top, 0):
            inside = part[max(0, -top) : bottom - top, max(0, -left) : right - left]
            plane[max(top, 0) : bottom, max(left, 0) : right] = inside


def _even(value: float) -> int:
    return 2 * int(value // 2)
