"""How does light become samples? The matrices, ranges and transfer functions that assets are drawn with.

Independent of libav on purpose: it is the truth that converted pictures are compared with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from barcode import Window

Triple = tuple[float, float, float]
Floats = npt.NDArray[np.float64]
Samples = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Patch:
    """An area of one colour.

    Attributes:
        name: What to call it.
        window: Where it is in the upright picture.
        rgb: Its non-linear R'G'B' from 0 to 1, in the transfer function and primaries of the asset.
        nits: For HDR, the light in cd/m2 that a display makes of it.
    """

    name: str
    window: Window
    rgb: Triple
    nits: Triple | None = None


@dataclass(frozen=True, slots=True)
class Coding:
    """The way from R'G'B' to integer samples (ITU-T H.273, 8.3).

    Attributes:
        name: FFmpeg's name of the matrix.
        red, blue: Weights KR and KB of the matrix.
        bit_depth: Bits of a sample.
        full_range: Whether luma takes all codes instead of 16 to 235 (scaled to the depth).
        white: Signal of diffuse white, below 1 where there is room for highlights (ITU-R BT.2408).
    """

    name: str
    red: float
    blue: float
    bit_depth: int = 8
    full_range: bool = False
    white: float = 1.0

    @property
    def neutral(self) -> int:
        """The chroma sample of grey."""
        return 128 << (self.bit_depth - 8)

    def grey(self, level: float) -> int:
        """The luma sample of a grey level from 0 (black) to 1 (diffuse white)."""
        signal = level * self.white
        return self.samples((signal, signal, signal))[0]

    def samples(self, rgb: Triple) -> tuple[int, int, int]:
        """The samples Y', Cb, Cr of one colour."""
        return _samples_of(self, rgb)

    def planes(self, rgb: Floats) -> tuple[Samples, Samples, Samples]:
        """Convert R'G'B' [H, W, 3] to the planes Y', Cb, Cr."""
        luma = rgb @ np.array([self.red, 1 - self.red - self.blue, self.blue])
        blue = (rgb[..., 2] - luma) / (2 * (1 - self.blue))
        red = (rgb[..., 0] - luma) / (2 * (1 - self.red))
        return self._quantize(luma, blue, red)

    def _quantize(self, luma: Floats, blue: Floats, red: Floats) -> tuple[Samples, Samples, Samples]:
        step, largest = 1 << (self.bit_depth - 8), (1 << self.bit_depth) - 1
        if self.full_range:
            y, b, r = luma * largest, blue * largest + self.neutral, red * largest + self.neutral
        else:
            y, b, r = (219 * luma + 16) * step, (224 * blue + 128) * step, (224 * red + 128) * step
        first, second, third = (np.clip(np.round(part), 0, largest).astype(np.uint16) for part in (y, b, r))
        return first, second, third


@cache
def _samples_of(coding: Coding, rgb: Triple) -> tuple[int, int, int]:
    """Each film asks for the same few colours in every frame."""
    luma, blue, red = coding.planes(np.array([[rgb]], np.float64))
    return int(luma[0, 0]), int(blue[0, 0]), int(red[0, 0])


BT601 = Coding("smpte170m", 0.299, 0.114)
BT709 = Coding("bt709", 0.2126, 0.0722)
BT709_FULL = Coding("bt709", 0.2126, 0.0722, full_range=True)
BT709_10 = Coding("bt709", 0.2126, 0.0722, bit_depth=10)
BT2020_10 = Coding("bt2020nc", 0.2627, 0.0593, bit_depth=10)
PQ_10 = replace(BT2020_10, white=0.58)
HLG_10 = replace(BT2020_10, white=0.75)
