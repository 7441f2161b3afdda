"""Which frame is this? Draws and reads a bar code of the frame number that is burnt into every picture of an asset.

The picture is divided into a grid of 20 x 20 cells. The code takes the 10 x 8 cells in the middle, so that it survives
a crop to 1:1 or from 9:16 to 4:3. Two cells above each other are one bit: upper brighter than lower is 1. Only the
contrast within a pair is read, never a level, so range, gamma and tone mapping do not matter. Four rows of bits:

    1 n n n n n n n n 1     number, high byte
    1 n n n n n n n n 1     number, low byte
    1 c c c c c c c c 0     CRC-16 of the number, high byte
    1 c c c c c c c c 1     CRC-16 of the number, low byte

The outer columns are fixed: a picture that is mirrored or upside down is refused, as are a torn one (the CRC does not
fit) and a blended one (the bits that differ have less contrast than the others).
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

GRID = 20
FIRST_COLUMN, COLUMNS = 5, 10
FIRST_ROW, BIT_ROWS = 6, 4
LEFT_MARK, RIGHT_MARK = (1, 1, 1, 1), (1, 1, 0, 1)
LARGEST = 0xFFFF
LEAST_CONTRAST = 24.0
LEAST_EVENNESS = 0.5


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the whole picture that is seen, in fractions of its sides from the upper left corner."""

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0


WHOLE = Window()


def centered_window(whole: tuple[int, int], seen: tuple[int, int]) -> Window:
    """Tell what remains of a picture of shape `whole` that was cut, from the middle out, to the shape `seen`."""
    ratio = (whole[0] / whole[1]) / (seen[0] / seen[1])
    width, height = min(1.0, 1 / ratio), min(1.0, ratio)
    return Window((1 - width) / 2, (1 - height) / 2, width, height)


def encode_bits(number: int) -> npt.NDArray[np.bool_]:
    """Lay out the code of a number from 0 to 65535 as bool [4 rows, 10 columns]."""
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} does not fit into 16 bits")
    data = number.to_bytes(2, "big")
    data += binascii.crc_hqx(data, LARGEST).to_bytes(2, "big")
    payload = np.unpackbits(np.frombuffer(data, np.uint8)).reshape(BIT_ROWS, 8)
    return np.column_stack([LEFT_MARK, payload, RIGHT_MARK]).astype(bool)


def decode_bits(bits: npt.NDArray[np.bool_]) -> int | None:
    """Return the number that bool [4, 10] stands for, None if marks or checksum are wrong."""
    if tuple(bits[:, 0]) != LEFT_MARK or tuple(bits[:, -1]) != RIGHT_MARK:
        return None
    data = np.packbits(bits[:, 1:-1]).tobytes()
    if binascii.crc_hqx(data[:2], LARGEST) != int.from_bytes(data[2:], "big"):
        return None
    return int.from_bytes(data[:2], "big")


def paint(plane: npt.NDArray[np.integer], number: int, dark: int, bright: int) -> None:
    """Paint the code of `number` into a luma plane [H, W] in place."""
    rows = _edges(plane.shape[0], FIRST_ROW, 2 * BIT_ROWS)
    columns = _edges(plane.shape[1], FIRST_COLUMN, COLUMNS)
    cells = np.empty((2 * BIT_ROWS, COLUMNS), bool)
    cells[0::2] = encode_bits(number)
    cells[1::2] = ~cells[0::2]
    code = np.where(cells, bright, dark).astype(plane.dtype)
    code = np.repeat(np.repeat(code, np.diff(rows), axis=0), np.diff(columns), axis=1)
    plane[rows[0] : rows[-1], columns[0] : columns[-1]] = code


def read_number(picture: Image.Image | npt.NDArray[np.generic], window: Window = WHOLE) -> int | None:
    """Read the frame number from an upright picture of any size; None if there is no whole and unmixed code.

    Args:
        picture: A PIL image, or an array [H, W] (luma) or [H, W, 3] (RGB).
        window: What of the whole frame the picture shows.
    """
    cells = _cell_means(picture, window)
    contrast = cells[0::2] - cells[1::2]
    strength = np.abs(contrast)
    if strength.min() < max(LEAST_CONTRAST, LEAST_EVENNESS * strength.max()):
        return None
    return decode_bits(contrast > 0)


def read_number_of_file(path: Path, window: Window = WHOLE) -> int | None:
    """Read the frame number from an image file."""
    with Image.open(path) as image:
        return read_number(image, window)


def _edges(length: int, first: int, count: int) -> npt.NDArray[np.intp]:
    return np.round(np.arange(first, first + count + 1) * length / GRID).astype(np.intp)


def _luma(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return samples if samples.ndim == 2 else samples[..., :3] @ np.array([0.2126, 0.7152, 0.0722])


def _cell_means(picture: Image.Image | npt.NDArray[np.generic], window: Window) -> npt.NDArray[np.float64]:
    """Average the middle half of each cell's luma: float [8, 10]. Only the code is looked at, not the whole picture."""
    width, height = picture.size if isinstance(picture, Image.Image) else picture.shape[1::-1]
    rows = _middles(height, FIRST_ROW, 2 * BIT_ROWS, window.top, window.height)
    columns = _middles(width, FIRST_COLUMN, COLUMNS, window.left, window.width)
    left, top, right, bottom = columns[0][0], rows[0][0], columns[-1][1], rows[-1][1]
    if isinstance(picture, Image.Image):
        seen = np.asarray(picture.crop((left, top, right, bottom)).convert("RGB"))
    else:
        seen = picture[top:bottom, left:right]
    code = np.zeros((seen.shape[0] + 1, seen.shape[1] + 1, *seen.shape[2:]))  # an edge may be the end
    code[:-1, :-1] = seen
    # Every other sum is of what lies between two middles, or of nothing.
    sums = np.add.reduceat(code, [edge - top for row in rows for edge in row][:-1], axis=0)[::2]
    sums = np.add.reduceat(sums, [edge - left for column in columns for edge in column][:-1], axis=1)[:, ::2]
    areas = np.outer([end - begin for begin, end in rows], [end - begin for begin, end in columns])
    return _luma(sums) / areas


def _middles(length: int, first: int, count: int, start: float, seen: float) -> list[tuple[int, int]]:
    """Tell the pixels of the middle half of each cell along one axis; at least one pixel each."""
    middles = []
    for cell in range(first, first + count):
        begin, end = (((cell + part) / GRID - start) / seen * length for part in (0.25, 0.75))
        low = min(max(0, round(begin)), length - 1)
        middles.append((low, max(low + 1, min(length, round(end)))))
    return middles
