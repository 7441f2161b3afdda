"""Turns a decoded frame upright by the display matrix that libav found, for reading its bar code in tests."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame

UNIT = 1 << 16


def upright_rgb(frame: VideoFrame, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> npt.NDArray[np.uint8]:
    """Convert a frame to RGB [H, W, 3], cut `margins` off, turn it as its display matrix says; SAR is not applied."""
    left, top, right, bottom = margins
    whole: npt.NDArray[np.uint8] = frame.to_ndarray(format="rgb24")
    picture = whole[top : whole.shape[0] - bottom, left : whole.shape[1] - right]
    matrices = [bytes(data) for data in frame.side_data if data.type is Type.DISPLAYMATRIX]
    return turn(picture, struct.unpack("<9i", matrices[0])) if matrices else picture


def turn(picture: npt.NDArray[np.uint8], matrix: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Apply a matrix of quarter turns: a coded point (x, y) is shown at (a*x + c*y, b*x + d*y)."""
    a, b, c, d = (matrix[index] // UNIT for index in (0, 1, 3, 4))
    if a == 0:
        # The shown row comes from the coded column: swap the axes first, then flip each shown axis.
        picture = picture.transpose(1, 0, 2)
        a, d = c, b
    picture = picture if a > 0 else picture[:, ::-1]
    return picture if d > 0 else picture[::-1]
