"""Makes an ordinary picture of one with high dynamic range or a wide gamut.

Done on the finished size, so it costs next to nothing: a thumbnail of a 4K frame has a hundredth of its pixels. The
steps are those of ITU-R BT.2390: make light, compress what a standard display cannot show (EETF, clause 5.4.1), turn
primaries, make signal again.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from filmstrip.domain.media_info import ColorInfo, HdrKind
from filmstrip.domain.untagged_color import HDR, UNSPECIFIED

FloatArray = npt.NDArray[np.float32]

_CODES = 1 << 16
_ROWS_AT_ONCE = 64
# BT.2408, 2.2: HDR reference white, which becomes the white of the SDR picture.
_SDR_WHITE_NITS = 203.0
# What HDR10 is commonly mastered for; brighter highlights are clipped to it.
_MASTER_PEAK_NITS = 1000.0
_SDR_GAMMA = 2.4  # BT.1886
_PQ_PEAK_NITS = 10000.0  # SMPTE ST 2084
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073  # ARIB STD-B67
_HLG_CROSSOVER = 0.5
_HLG_SYSTEM_GAMMA = 1.2  # BT.2100 table 5, for a display of 1000 cd/m2
_BT2020_LUMINANCE = np.array([0.2627, 0.6780, 0.0593], np.float32)
_TO_BT709 = {
    # BT.2087, 4.2: from BT.2020 primaries.
    9: np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32),
    # SMPTE EG 432-1 (P3 with D65 white), by way of XYZ.
    12: np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]], np.float32),
}


def map_to_sdr(rgb: npt.NDArray[np.uint16], color: ColorInfo) -> npt.NDArray[np.uint8]:
    """Turn a picture into BT.709 primaries and standard dynamic range.

    Args:
        rgb: uint16 [H, W, 3], full range, coded with the transfer function and primaries of `color`.
        color: Where the picture comes from.

    Returns:
        uint8 [H, W, 3], full range.
    """
    mapped = np.empty(rgb.shape, np.uint8)
    for top in range(0, rgb.shape[0], _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)
        mapped[rows] = _map_rows(rgb[rows], color)
    return mapped


def _map_rows(rgb: npt.NDArray[np.uint16], color: ColorInfo) -> npt.NDArray[np.uint8]:
    rounded: npt.NDArray[np.uint8] = (map_deep(rgb, color) * 255 + 0.5).astype(np.uint8)
    return rounded


def map_deep(rgb: npt.NDArray[np.uint16], color: ColorInfo) -> FloatArray:
    """Do the same as `map_to_sdr` without rounding: float32 [H, W, 3] from 0 to 1."""
    light = _linear(rgb, color.hdr)
    if color.hdr is not None:
        light = _compress(light)
    matrix = _TO_BT709.get(_primaries(color))
    if matrix is not None:
        light = light @ matrix.T
    signal: FloatArray = np.clip(light, 0, 1) ** np.float32(1 / _SDR_GAMMA)
    return signal


def _primaries(color: ColorInfo) -> int:
    if color.hdr is not None and color.primaries == UNSPECIFIED:
        return HDR.primaries
    return 12 if color.primaries == 11 else color.primaries  # noqa: PLR2004 - DCI P3 is near enough


def _linear(rgb: npt.NDArray[np.uint16], hdr: HdrKind | None) -> FloatArray:
    """Turn signal into light, 1.0 being the white of the SDR picture."""
    if hdr is None:
        return _table(None)[rgb]
    if hdr is HdrKind.PQ:
        return _table(hdr)[rgb] / np.float32(_SDR_WHITE_NITS)
    scene = _table(hdr)[rgb]
    luminance = np.maximum(scene @ _BT2020_LUMINANCE, np.float32(1e-6))[..., None]
    # The opto-optical transfer function of BT.2100 table 5: scene light to display light.
    display: FloatArray = (
        scene * luminance ** np.float32(_HLG_SYSTEM_GAMMA - 1) * np.float32(_MASTER_PEAK_NITS / _SDR_WHITE_NITS)
    )
    return display


@cache
def _table(hdr: HdrKind | None) -> FloatArray:
    """Light for each of the 65536 codes: nits for PQ, relative light for all others."""
    signal = np.linspace(0, 1, _CODES)
    if hdr is HdrKind.PQ:
        return _pq_to_nits(signal).astype(np.float32)
    if hdr is HdrKind.HLG:
        low, high = signal**2 / 3, (np.exp((signal - _HLG_C) / _HLG_A) + _HLG_B) / 12
        return np.where(signal <= _HLG_CROSSOVER, low, high).astype(np.float32)
    return (signal**_SDR_GAMMA).astype(np.float32)


def _pq_to_nits(signal: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    power = signal ** (1 / _M2)
    return _PQ_PEAK_NITS * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)


def _nits_to_pq(nits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    power = (nits / _PQ_PEAK_NITS) ** _M1
    return ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2


def _compress(light: FloatArray) -> FloatArray:
    """Bend highlights below white, by the brightest of the three primaries so that no hue changes."""
    brightest = np.maximum(light.max(axis=-1), np.float32(1e-6))
    position = np.minimum(brightest * np.float32(_SDR_WHITE_NITS / _MASTER_PEAK_NITS), 1) ** np.float32(0.25)
    factor = _compression()[(position * (_CODES - 1)).astype(np.int32)] / brightest
    bent: FloatArray = light * factor[..., None].astype(np.float32)
    return bent


@cache
def _compression() -> FloatArray:
    """What becomes of each brightness up to the master's peak, tabled by its fourth root (finer where it is dark)."""
    nits = np.linspace(0, 1, _CODES) ** 4 * _MASTER_PEAK_NITS
    peak = _nits_to_pq(np.array(_MASTER_PEAK_NITS))
    signal = _nits_to_pq(nits) / peak
    white = float(_nits_to_pq(np.array(_SDR_WHITE_NITS)) / peak)
    knee = 1.5 * white - 0.5
    # The Hermite spline of BT.2390, 5.4.1, step 4.
    t = np.clip((signal - knee) / (1 - knee), 0, 1)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * white
    bent = np.where(signal < knee, signal, spline)
    return (_pq_to_nits(bent * peak) / _SDR_WHITE_NITS).astype(np.float32)
