"""Which size does a picture get?"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstrip.domain.geometry import (
    Fit,
    FrameSize,
    Orientation,
    ResizeMode,
    SizeRequest,
    display_size,
    fit,
)

HD = FrameSize(1920, 1080)
SIDES = st.integers(min_value=1, max_value=8192)
SIZES = st.builds(FrameSize, SIDES, SIDES)
UPRIGHT = Orientation()


@pytest.mark.parametrize(
    ("coded", "sar", "degrees", "shown"),
    [
        ((720, 576), Fraction(16, 11), 0, (1047, 576)),
        ((720, 480), Fraction(8, 9), 0, (720, 540)),
        ((1920, 1080), Fraction(1), 90, (1080, 1920)),
        ((720, 576), Fraction(16, 11), 270, (576, 1047)),
        ((1920, 1080), Fraction(1), 180, (1920, 1080)),
    ],
)
def test_display_size_has_square_pixels_and_stands_upright(
    coded: tuple[int, int], sar: Fraction, degrees: int, shown: tuple[int, int]
) -> None:
    """Anamorphic pictures get wider or higher, never smaller; quarter turns swap the sides."""
    assert display_size(FrameSize(*coded), sar, Orientation(degrees)) == FrameSize(*shown)


@pytest.mark.parametrize(
    ("request_", "size"),
    [
        (SizeRequest(), (1920, 1080)),
        (SizeRequest(width=320), (320, 180)),
        (SizeRequest(height=240), (427, 240)),
        (SizeRequest(320, 240), (320, 240)),
        (SizeRequest(short_side=90), (160, 90)),
        (SizeRequest(10, 10, short_side=720), (1280, 720)),
    ],
)
def test_one_side_follows_from_the_other(request_: SizeRequest, size: tuple[int, int]) -> None:
    """Both sides are exact, one side keeps the shape, the short side wins over both."""
    assert fit(HD, request_).size == FrameSize(*size)


def test_crop_covers_the_size_and_cuts_what_overhangs() -> None:
    """A 16:9 picture cropped to 4:3 keeps its height and loses its sides."""
    fitting = fit(HD, SizeRequest(320, 240, mode=ResizeMode.CROP))
    assert fitting == Fit(FrameSize(320, 240), FrameSize(427, 240))
    assert fitting.crops


def test_video_is_not_upscaled_but_keeps_the_asked_shape() -> None:
    """A request larger than the source shrinks as a whole."""
    assert fit(FrameSize(640, 360), SizeRequest(1280, 960), even=True, upscale=False).size == FrameSize(480, 360)


def test_video_has_even_sides() -> None:
    """Odd sizes are rounded to even ones where 4:2:0 video needs it."""
    assert fit(FrameSize(853, 481), SizeRequest(), even=True).size == FrameSize(854, 482)


@given(SIZES, SIZES)
def test_a_crop_is_inside_what_it_is_cut_from(source: FrameSize, asked: FrameSize) -> None:
    """Whatever the shapes, cropping never needs pixels that are not there."""
    fitting = fit(source, SizeRequest(asked.width, asked.height, mode=ResizeMode.CROP))
    assert fitting.size == asked
    assert fitting.scaled.width >= asked.width
    assert fitting.scaled.height >= asked.height


@pytest.mark.parametrize("text", ["320", "320x", "x240", "0x240", "-1x5", "320 by 240", "1e3x5"])
def test_what_is_no_size_is_refused(text: str) -> None:
    """Only two whole numbers above 0 make a size."""
    with pytest.raises(ValueError, match=r"is not a size|at least one pixel"):
        FrameSize.parse(text)


def test_a_size_reads_back() -> None:
    """What is written as a size is parsed as the same size."""
    assert FrameSize.parse(str(HD)) == HD
    assert display_size(HD, Fraction(1), UPRIGHT) == HD


@pytest.mark.parametrize(
    ("asked", "padded", "fitted"),
    [((320, 320), (320, 180), (320, 180)), ((320, 100), (178, 100), (178, 100)), ((33, 77), (33, 19), (33, 19))],
)
def test_pad_and_fit_keep_the_whole_picture(
    asked: tuple[int, int], padded: tuple[int, int], fitted: tuple[int, int]
) -> None:
    """Padded, the picture has the asked size with all of the source inside; fitted, it is that inside alone."""
    source = FrameSize(1920, 1080)
    pad, whole = (fit(source, SizeRequest(*asked, mode=mode)) for mode in (ResizeMode.PAD, ResizeMode.FIT))
    assert (pad.size, pad.scaled, pad.pads, pad.crops) == (FrameSize(*asked), FrameSize(*padded), True, False)
    assert (whole.size, whole.scaled, whole.pads, whole.crops) == (FrameSize(*fitted), FrameSize(*fitted), False, False)


def test_video_inside_bars_has_even_sides() -> None:
    """4:2:0 video has no half samples at the edges of its bars."""
    fitted = fit(FrameSize(640, 358), SizeRequest(101, 101, mode=ResizeMode.PAD), even=True)
    assert (fitted.size, fitted.scaled) == (FrameSize(102, 102), FrameSize(102, 58))
