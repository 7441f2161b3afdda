"""Makes a picture file of a sample: the shortest way from decoded samples to bytes for each format.

JPEG stays in YCbCr from the decoder to the file; only what needs it (PNG, HDR, transparency) goes through RGB.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from filmstrip.domain.geometry import Fit
from filmstrip.domain.media_info import VideoStream
from filmstrip.domain.picture import ImageFormat, PictureEncoding
from filmstrip.media.pictures.color import needs_mapping
from filmstrip.media.pictures.picture_bytes import encode_pixels, encode_planes
from filmstrip.media.pictures.scale import DEEP_RGB_PIXELS, JPEG_PIXELS, RGB_PIXELS, RGBA_PIXELS, FrameScaler
from filmstrip.media.pictures.tone_map import map_to_sdr

RgbArray = npt.NDArray[np.uint8]


class ImageEncoder:
    """Makes picture files of one size and format from decoded pictures of one stream. Not for several threads."""

    def __init__(self, video: VideoStream, fitting: Fit, encoding: PictureEncoding) -> None:
        self._encoding = encoding
        self._make_rgb = _rgb_maker(video, fitting, encoding.background)
        is_plain = not needs_mapping(video.color) and not video.has_alpha
        self._bars = (fitting, encoding.background) if fitting.pads else None
        self._planes = FrameScaler(video, fitting, JPEG_PIXELS) if is_plain and not fitting.pads else None

    def encode(self, frame: VideoFrame) -> bytes:
        """Make the file of a picture.

        Raises:
            OutputInvalidError: The file that was made does not read back.
        """
        if self._planes is None or self._encoding.image_format is not ImageFormat.JPG:
            return encode_pixels(self.pixels(frame), self._encoding)
        scaled = self._planes.scale(frame)
        planes = [_plane(scaled, number) for number in range(3)]
        return encode_planes(planes, self._encoding.quality)

    def pixels(self, frame: VideoFrame) -> RgbArray:
        """Make a finished picture without encoding it: uint8 [H, W, 3], RGB."""
        rgb = self._make_rgb(frame)
        # After everything else: a tone mapping would change the colour that was asked for.
        return rgb if self._bars is None else _with_bars(rgb, *self._bars)


def _rgb_maker(video: VideoStream, fitting: Fit, background: tuple[int, int, int]) -> Callable[[VideoFrame], RgbArray]:
    if needs_mapping(video.color):
        deep = FrameScaler(video, fitting, DEEP_RGB_PIXELS)
        return lambda frame: map_to_sdr(cast("npt.NDArray[np.uint16]", deep.scale(frame).to_ndarray()), video.color)
    if video.has_alpha:
        with_alpha = FrameScaler(video, fitting, RGBA_PIXELS)
        return lambda frame: _lay_on(background, cast(RgbArray, with_alpha.scale(frame).to_ndarray()))
    plain = FrameScaler(video, fitting, RGB_PIXELS)
    return lambda frame: cast(RgbArray, plain.scale(frame).to_ndarray())


def _lay_on(background: tuple[int, int, int], rgba: RgbArray) -> RgbArray:
    """Lay a transparent picture (straight alpha) on a colour."""
    alpha = rgba[..., 3:].astype(np.uint16)
    laid = rgba[..., :3] * alpha + np.array(background, np.uint16) * (255 - alpha)
    return ((laid + 127) // 255).astype(np.uint8)


def _with_bars(rgb: RgbArray, fitting: Fit, color: tuple[int, int, int]) -> RgbArray:
    height, width = rgb.shape[:2]
    left, top = (fitting.size.width - width) // 2, (fitting.size.height - height) // 2
    whole = np.empty((fitting.size.height, fitting.size.width, 3), np.uint8)
    whole[:] = color
    whole[top : top + height, left : left + width] = rgb
    return whole


def _plane(frame: VideoFrame, number: int) -> RgbArray:
    plane = frame.planes[number]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return np.ascontiguousarray(rows[: plane.height, : plane.width])
