"""The size of a picture: display size, orientation and the rules of fitting.

The coded size is what the decoder gives; the display size is what a viewer sees after sample aspect ratio (SAR) and
rotation. Requests of clients are about the display size.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

_SIZE = re.compile(r"(\d{1,5})\s*[xX*]\s*(\d{1,5})")


def round_half_up(value: Fraction) -> int:
    """Round to the nearest integer, halves up, never below 1 (a picture has at least one pixel)."""
    return max(1, int(value + Fraction(1, 2)))


def _round_even(value: Fraction) -> int:
    """Round to the nearest even number, never below 2: 4:2:0 video has one chroma sample per two pixels."""
    return max(2, 2 * int(value / 2 + Fraction(1, 2)))


def _floor_even(side: int) -> int:
    """Round down to an even number, never below 2."""
    return max(2, side - side % 2)


@dataclass(frozen=True, slots=True)
class FrameSize:
    """A size in pixels.

    Attributes:
        width: Pixels per row, at least 1.
        height: Rows, at least 1.
    """

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"A frame has at least one pixel, not {self.width}x{self.height}")

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def aspect_ratio(self) -> Fraction:
        """Width divided by height, with square pixels."""
        return Fraction(self.width, self.height)

    @property
    def short_side(self) -> int:
        """The smaller of width and height, what clients call resolution ("720p")."""
        return min(self.width, self.height)

    @classmethod
    def parse(cls, text: str) -> FrameSize:
        """Parse "320x240".

        Raises:
            ValueError: The text is not two whole numbers joined by an x.
        """
        match = _SIZE.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a size such as 320x240")
        return cls(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a frame has to be turned before it is shown (ISO/IEC 14496-12, 6.2.2: the track matrix).

    Attributes:
        clockwise_degrees: 0, 90, 180 or 270; applied after mirroring.
        mirrored: Whether left and right are swapped first.
    """

    clockwise_degrees: int = 0
    mirrored: bool = False

    @property
    def swaps_sides(self) -> bool:
        """Whether width and height change places."""
        return self.clockwise_degrees in (90, 270)


@dataclass(frozen=True, slots=True)
class Margins:
    """What is not shown of a frame, in pixels from each edge, before it is turned."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def leave_something_of(self, size: FrameSize) -> bool:
        """Return whether they can be cut off a picture: none below 0, and at least a pixel remains."""
        sides = (self.left, self.top, self.right, self.bottom)
        return min(sides) >= 0 and self.left + self.right < size.width and self.top + self.bottom < size.height

    def cut_off(self, size: FrameSize) -> FrameSize:
        """Return the size of what remains."""
        return FrameSize(size.width - self.left - self.right, size.height - self.top - self.bottom)


class ResizeMode(StrEnum):
    """What happens when the asked shape is not the shape of the source."""

    SCALE = "scale"
    """The whole picture is stretched to exactly the asked size."""
    CROP = "crop"
    """The shape is kept: the picture covers the asked size and what overhangs is cut off, from the middle out."""
    PAD = "pad"
    """The shape is kept: the whole picture is in the middle of the asked size, with bars at two sides."""
    FIT = "fit"
    """The shape is kept: the whole picture is as large as fits into the asked size, and there are no bars."""


@dataclass(frozen=True, slots=True)
class SizeRequest:
    """The size that a client asked for; None if it left the choice to us.

    Attributes:
        width: Display width in pixels.
        height: Display height in pixels.
        short_side: Pixels of the smaller side; wins over width and height.
        mode: What happens when both sides are given and the shape differs.
    """

    width: int | None = None
    height: int | None = None
    short_side: int | None = None
    mode: ResizeMode = ResizeMode.SCALE


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture becomes the asked size.

    Attributes:
        size: The size of the finished picture.
        scaled: The size to which the whole picture is scaled first; `size` is cut out of its middle, or has it in the
            middle if it is smaller.
    """

    size: FrameSize
    scaled: FrameSize

    @property
    def crops(self) -> bool:
        """Whether anything is cut off."""
        return self.scaled.width > self.size.width or self.scaled.height > self.size.height

    @property
    def pads(self) -> bool:
        """Whether bars are added."""
        return self.scaled.width < self.size.width or self.scaled.height < self.size.height


def display_size(coded: FrameSize, sample_aspect_ratio: Fraction, orientation: Orientation) -> FrameSize:
    """Return the size that a viewer sees: square pixels, upright.

    The side that the aspect ratio would shrink stays, the other one grows, so that no detail is lost.
    """
    width, height = Fraction(coded.width), Fraction(coded.height)
    if sample_aspect_ratio > 1:
        width *= sample_aspect_ratio
    else:
        height /= sample_aspect_ratio
    size = FrameSize(round_half_up(width), round_half_up(height))
    return FrameSize(size.height, size.width) if orientation.swaps_sides else size


def fit(source: FrameSize, request: SizeRequest, *, even: bool = False, upscale: bool = True) -> Fit:
    """Decide the size of the finished picture.

    Args:
        source: Display size of the source.
        request: What the client asked for.
        even: Round both sides to even numbers, as 4:2:0 video needs.
        upscale: Whether the result may be larger than the source; if not, the request shrinks with its shape kept.
    """
    width, height = _asked_sides(source, request)
    if not upscale:
        shrink = min(Fraction(1), source.width / width, source.height / height)
        width, height = width * shrink, height * shrink
    rounded = _round_even if even else round_half_up
    size = FrameSize(rounded(width), rounded(height))
    if even and not upscale:  # rounding an odd side up would enlarge it by a pixel
        size = FrameSize(min(size.width, _floor_even(source.width)), min(size.height, _floor_even(source.height)))
    if request.mode is ResizeMode.SCALE or request.short_side is not None:
        return Fit(size, size)
    if request.mode in {ResizeMode.PAD, ResizeMode.FIT}:
        inner = _inside(source, size, rounded)
        return Fit(inner if request.mode is ResizeMode.FIT else size, inner)
    cover = max(Fraction(size.width, source.width), Fraction(size.height, source.height))
    scaled = FrameSize(
        max(size.width, round_half_up(source.width * cover)),
        max(size.height, round_half_up(source.height * cover)),
    )
    return Fit(size, scaled)


def _inside(source: FrameSize, box: FrameSize, rounded: Callable[[Fraction], int]) -> FrameSize:
    """Decide the largest size of a source's shape inside a box."""
    scale = min(Fraction(box.width, source.width), Fraction(box.height, source.height))
    width, height = rounded(source.width * scale), rounded(source.height * scale)
    return FrameSize(min(box.width, width), min(box.height, height))


def _asked_sides(source: FrameSize, request: SizeRequest) -> tuple[Fraction, Fraction]:
    if request.short_side is not None:
        factor = Fraction(request.short_side, source.short_side)
        return source.width * factor, source.height * factor
    if request.width is not None and request.height is not None:
        return Fraction(request.width), Fraction(request.height)
    if request.width is not None:
        return Fraction(request.width), request.width / source.aspect_ratio
    if request.height is not None:
        return request.height * source.aspect_ratio, Fraction(request.height)
    return Fraction(source.width), Fraction(source.height)
