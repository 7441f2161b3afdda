"""Turns a decoded frame upright by the display matrix that libav found, for reading its bar code in tests."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame

UNIT = 1 << 16
WITH_LUMA = {f"yuv{full}{chroma}p" for full in ("", "j") for chroma in (420, 422, 444)} | {"nv12", "gray"}
Margins = tuple[int, int, int, int]
NO_MARGINS: Margins = (0, 0, 0, 0)


def upright_rgb(frame: VideoFrame, margins: Margins = NO_MARGINS) -> npt.NDArray[np.uint8]:
    """Convert a frame to RGB [H, W, 3], cut `margins` off, turn it as its display matrix says; SAR is not applied."""
    return _upright(frame.to_ndarray(format="rgb24"), frame, margins)


def upright_luma(frame: VideoFrame, margins: Margins = NO_MARGINS) -> npt.NDArray[np.uint8]:
    """As `upright_rgb`, but as luma [H, W] where the frame holds that in 8 bits."""
    return _upright(luma_of(frame), frame, margins)


def luma_of(frame: VideoFrame) -> npt.NDArray[np.uint8]:
    """Take the luma [H, W] out of a frame, as RGB [H, W, 3] if it does not hold it in 8 bits.

    Converting a small picture takes longer than decoding it: for each, libav plans its conversion anew.
    """
    if frame.format.name not in WITH_LUMA:
        rgb: npt.NDArray[np.uint8] = frame.to_ndarray(format="rgb24")
        return rgb
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width].copy()


def _upright(whole: npt.NDArray[np.uint8], frame: VideoFrame, margins: Margins) -> npt.NDArray[np.uint8]:
    left, top, right, bottom = margins
    picture = whole[top : whole.shape[0] - bottom, left : whole.shape[1] - right]
    matrices = [bytes(data) for data in frame.side_data if data.type is Type.DISPLAYMATRIX]
    return turn(picture, struct.unpack("<9i", matrices[0])) if matrices else picture


def turn(picture: npt.NDArray[np.uint8], matrix: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Apply a matrix of quarter turns: a coded point (x, y) is shown at (a*x + c*y, b*x + d*y)."""
    a, b, c, d = (matrix[index] // UNIT for index in (0, 1, 3, 4))
    if a == 0:
        # The shown row comes from the coded column: swap the axes first, then flip each shown axis.
        picture = picture.swapaxes(0, 1)
        a, d = c, b
    picture = picture if a > 0 else picture[:, ::-1]
    return picture if d > 0 else picture[::-1]
