"""What does a frame of an asset look like? A moving background, colour patches, the bar code and a time for humans.

Pictures are drawn as Y'CbCr planes, so that no converter stands between the true values and the encoder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

import barcode
from colors import BT709, Coding, Patch

Plane = npt.NDArray[np.uint16]
Planes = tuple[Plane, Plane, Plane]

SUBSAMPLING = {"yuv420p": (2, 2), "yuv422p": (1, 2), "yuv444p": (1, 1)}

PATCHES: tuple[Patch, ...] = (
    Patch("red", barcode.Window(0.0, 0.0, 0.15, 0.2), (0.75, 0.1, 0.1)),
    Patch("green", barcode.Window(0.85, 0.0, 0.15, 0.2), (0.1, 0.75, 0.1)),
    Patch("blue", barcode.Window(0.0, 0.8, 0.15, 0.2), (0.1, 0.1, 0.75)),
    Patch("grey", barcode.Window(0.85, 0.8, 0.15, 0.2), (0.5, 0.5, 0.5)),
)
"""One in each corner of the upright picture, as R'G'B' from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How a player turns the coded picture: mirrored left to right first, then clockwise by quarter turns."""

    clockwise_degrees: int = 0
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What the pictures of an asset have in common.

    Attributes:
        size: Coded width and height in pixels.
        coding: How light becomes samples.
        layout: Chroma layout, a key of SUBSAMPLING.
        turn: How the player turns the picture; it is drawn so that it is upright after that.
        interlaced: None, "tff" or "bff": the second field shows the background and a bar half a frame later.
        patches: The colour patches.
    """

    size: tuple[int, int] = (160, 90)
    coding: Coding = BT709
    layout: str = "yuv420p"
    turn: Turn = field(default_factory=Turn)
    interlaced: str | None = None
    patches: tuple[Patch, ...] = PATCHES

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height as drawn, before the picture is turned for coding."""
        width, height = self.size
        return (height, width) if self.turn.clockwise_degrees in (90, 270) else (width, height)

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of the raw samples."""
        return f"{self.layout}{self.coding.bit_depth}le" if self.coding.bit_depth > 8 else self.layout


def draw(number: int, time: Fraction, look: Look) -> Planes:
    """Draw the frame with this number that is shown at this time in seconds, in coded orientation."""
    planes = _draw_upright(number, 2 * number, time, look)
    if look.interlaced:
        second = _draw_upright(number, 2 * number + 1, time, look)
        first_row = 1 if look.interlaced == "tff" else 0
        for plane, other in zip(planes, second, strict=True):
            plane[first_row::2] = other[first_row::2]
    return _to_coded(planes, look.turn)


def raw_frames(numbers: range, times: Iterator[Fraction], look: Look) -> Iterator[bytes]:
    """Draw frames as raw video in `look.pixel_format`."""
    for number, time in zip(numbers, times, strict=False):
        yield raw_frame(draw(number, time, look), look)


def raw_frame(planes: Planes, look: Look) -> bytes:
    """Lay planes out as FFmpeg's raw video, with chroma subsampled."""
    kind = np.uint8 if look.coding.bit_depth == 8 else np.dtype("<u2")
    down, across = SUBSAMPLING[look.layout]
    luma, *chroma = planes
    parts = [luma, *(plane[::down, ::across] for plane in chroma)]
    return b"".join(part.astype(kind).tobytes() for part in parts)


def _draw_upright(number: int, field_number: int, time: Fraction, look: Look) -> Planes:
    width, height = look.upright_size
    planes = _background(field_number, width, height, look)
    if look.interlaced:
        _fill(planes, _moving_bar(field_number), look.coding.samples((0.9, 0.9, 0.9)))
    for patch in look.patches:
        _fill(planes, patch.window, look.coding.samples(patch.rgb))
    dark, bright = look.coding.grey(0.0), look.coding.grey(1.0)
    code = barcode.Window(0.24, 0.29, 0.52, 0.42)
    _fill(planes, code, (look.coding.grey(0.5), look.coding.neutral, look.coding.neutral))
    barcode.paint(planes[0], number, dark, bright)
    _write(planes, f"{number:05d}  {float(time):.3f}", dark, bright)
    return planes


def _moving_bar(step: int) -> barcode.Window:
    """Tell where a bright bar stands that moves a fortieth of the width a field: it makes combs where fields mix."""
    return barcode.Window(step % 40 / 40, 0.0, 0.05, 1.0)


def _background(step: int, width: int, height: int, look: Look) -> Planes:
    """Cut a window out of a larger texture; it moves by some pixels a frame, so that prediction has work to do."""
    texture = _texture(width, height, look.coding)
    x, y = (3 * step) % width, (step * step // 7) % height
    luma, blue, red = (plane[y : y + height, x : x + width].copy() for plane in texture)
    return luma, blue, red


@lru_cache(maxsize=4)
def _texture(width: int, height: int, coding: Coding) -> Planes:
    """Make smooth hills with grain, twice as large as the picture and periodic."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[0 : 2 * height, 0 : 2 * width]
    waves = [np.sin(2 * np.pi * (a * x / width + b * y / height)) for a, b in ((2, 1), (1, -3), (5, 4))]
    grain = np.tile(random.normal(0, 0.03, (height, width)), (2, 2))
    rgb = [0.4 + 0.08 * waves[i] + 0.08 * waves[(i + 1) % 3] + grain for i in range(3)]
    return coding.planes(np.stack(rgb, axis=-1).clip(0, 1) * coding.white)


def _fill(planes: Planes, window: barcode.Window, samples: tuple[int, int, int]) -> None:
    height, width = planes[0].shape
    left, right = _even(window.left, width), _even(window.left + window.width, width)
    top, bottom = _even(window.top, height), _even(window.top + window.height, height)
    for plane, sample in zip(planes, samples, strict=True):
        plane[top:bottom, left:right] = sample


def _even(part: float, length: int) -> int:
    """Tell an even coordinate, so that subsampled chroma does not reach over the edge of an area."""
    return length if part >= 1 else 2 * round(part * length / 2)


def _write(planes: Planes, text: str, dark: int, bright: int) -> None:
    """Write a line for humans above the bar code."""
    height, width = planes[0].shape
    box = Image.new("L", (width // 2, height // 8), 0)
    ImageDraw.Draw(box).text((1, 0), text, fill=255, font=_font(min(height // 10, width // 20)))
    ink = np.asarray(box) > 96
    top, left = height // 10, width // 4
    area = planes[0][top : top + box.height, left : left + box.width]
    area[:] = np.where(ink, bright, dark)


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(8, size))


def _to_coded(planes: Planes, turn: Turn) -> Planes:
    turned = [np.rot90(plane, turn.clockwise_degrees // 90) for plane in planes]
    luma, blue, red = (np.fliplr(plane) if turn.mirrored else plane for plane in turned)
    return luma, blue, red
