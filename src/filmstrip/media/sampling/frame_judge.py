"""Judges whether a frame is worth showing: sharp, and neither black nor a flash.

Judged on a small grey version: brightness by its mean, sharpness by the variance of its Laplacian, the usual measure of
focus. Numbers are comparable within one scene, which is all that is asked of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

_WIDTH, _HEIGHT = 160, 90
_BLACK, _WHITE = 20.0, 235.0
# The picture of the moment itself is kept unless another one is clearly better.
_CLEARLY_BETTER = 1.25


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about a picture.

    Attributes:
        brightness: Mean luma, 0 to 255.
        sharpness: Variance of the Laplacian.
    """

    brightness: float
    sharpness: float

    @property
    def shows_something(self) -> bool:
        """Whether it is neither nearly black nor nearly white."""
        return _BLACK <= self.brightness <= _WHITE

    def is_beaten_by(self, other: Verdict) -> bool:
        """Check whether another picture should be taken instead."""
        if self.shows_something != other.shows_something:
            return other.shows_something
        return other.sharpness > self.sharpness * _CLEARLY_BETTER


class FrameJudge:
    """Judges pictures of one stream. Not for several threads."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def judge(self, frame: VideoFrame) -> Verdict:
        """Look at a picture."""
        small = self._reformatter.reformat(
            frame, _WIDTH, _HEIGHT, "gray", interpolation=Interpolation.AREA, dst_color_range="JPEG", threads=1
        )
        luma = cast("npt.NDArray[np.uint8]", small.to_ndarray()).astype(np.float32)
        edges = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * luma[1:-1, 1:-1]
        return Verdict(float(luma.mean()), float(edges.var()))
