"""Which light do the patches of HDR assets stand for, and what should an SDR picture make of it?

The transfer functions of ITU-R BT.2100-2 and the gamut matrix of BT.2087, written out independently of libav.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from barcode import Window
from colors import Floats, Patch, Triple

REFERENCE_WHITE_NITS = 203.0
"""Diffuse white of HDR pictures, ITU-R BT.2408."""
HLG_PEAK_NITS = 1000.0
BT2020_TO_BT709 = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]]
)


def pq_signal(nits: Floats) -> Floats:
    """Turn display light in cd/m2 into the PQ signal from 0 to 1 (BT.2100, table 4)."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = (np.asarray(nits) / 10_000) ** m1
    return np.asarray(((c1 + c2 * power) / (1 + c3 * power)) ** m2)


def hlg_signal(nits: Floats) -> Floats:
    """Turn light of a 1000 cd/m2 display [3] into the HLG signal from 0 to 1 (BT.2100, table 5: inverse OOTF, OETF)."""
    shown = np.asarray(nits) / HLG_PEAK_NITS
    luminance = float(shown @ np.array([0.2627, 0.6780, 0.0593]))
    scene = shown * luminance ** (1 / 1.2 - 1) if luminance > 0 else shown
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)


def plain_sdr(nits: Triple) -> Triple:
    """Tell the R'G'B' of BT.709 that shows this light (BT.2020 primaries), white at 203 cd/m2, too much light clipped.

    A tone mapper may be darker and rolls highlights off, but the order of the channels and the greys are these.
    """
    linear = (BT2020_TO_BT709 @ np.array(nits) / REFERENCE_WHITE_NITS).clip(0, 1)
    red, green, blue = linear ** (1 / 2.4)
    return float(red), float(green), float(blue)


_LIGHT: dict[str, tuple[Window, Triple]] = {
    "red": (Window(0.0, 0.0, 0.15, 0.2), (100, 12, 6)),
    "green": (Window(0.85, 0.0, 0.15, 0.2), (25, 110, 12)),
    "blue": (Window(0.0, 0.8, 0.15, 0.2), (8, 8, 90)),
    "grey": (Window(0.85, 0.8, 0.15, 0.2), (40, 40, 40)),
    "skin": (Window(0.25, 0.8, 0.15, 0.2), (95, 65, 45)),
    "white": (Window(0.45, 0.8, 0.15, 0.2), (203, 203, 203)),
    "highlight": (Window(0.65, 0.8, 0.15, 0.2), (900, 900, 900)),
}
"""Place and display light in cd/m2, BT.2020 primaries."""


def _patches(signal: Callable[[Floats], Floats]) -> tuple[Patch, ...]:
    patches = []
    for name, (window, nits) in _LIGHT.items():
        red, green, blue = signal(np.array(nits, np.float64))
        patches.append(Patch(name, window, (float(red), float(green), float(blue)), nits))
    return tuple(patches)


PQ_PATCHES = _patches(pq_signal)
HLG_PATCHES = _patches(hlg_signal)
