"""Which filters turn a decoded picture into a finished one?"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import stream_facts
from filmstrip.domain.geometry import Fit, FrameSize, Orientation
from filmstrip.domain.media_info import ColorInfo, VideoStream
from filmstrip.media.pictures.color import matrix_name, needs_mapping
from filmstrip.media.pictures.scale import JPEG_PIXELS, RGB_PIXELS, filter_chain

HD = replace(stream_facts.VIDEO, time_base=Fraction(1, 25))
SMALL = FrameSize(320, 240)
FLAT = Fit(SMALL, SMALL)


def names(video: VideoStream, fit: Fit = FLAT, *, is_interlaced: bool = False) -> list[str]:
    return [name for name, _ in filter_chain(video, fit, RGB_PIXELS, is_interlaced=is_interlaced)]


def test_an_ordinary_picture_is_scaled_once() -> None:
    """Nothing is done that need not be done."""
    assert names(HD) == ["scale", "format"]


def test_a_turned_picture_is_scaled_before_it_is_turned() -> None:
    """Turning few pixels is cheap; the scaler therefore gets the sides of the unturned picture."""
    chain = filter_chain(replace(HD, orientation=Orientation(90)), FLAT, RGB_PIXELS)
    assert [name for name, _ in chain] == ["scale", "format", "transpose"]
    assert chain[0][1].startswith("w=240:h=320:")


def test_mirroring_comes_before_turning() -> None:
    """The display matrix mirrors first."""
    assert names(replace(HD, orientation=Orientation(180, mirrored=True)))[-3:] == ["hflip", "hflip", "vflip"]


def test_two_fields_become_one_picture_before_scaling() -> None:
    """Scaling first would blend the lines of two moments."""
    assert names(HD, is_interlaced=True)[0] == "yadif"


def test_cutting_comes_last() -> None:
    """What overhangs is cut from the upright picture."""
    assert names(HD, Fit(SMALL, FrameSize(427, 240)))[-1] == "crop"


def test_jpeg_gets_the_matrix_and_range_of_jfif() -> None:
    """A BT.709 limited picture becomes BT.601 full range, its chroma between the luma samples."""
    (_, arguments), *_ = filter_chain(replace(HD, color=ColorInfo(matrix=1)), FLAT, JPEG_PIXELS)
    for part in ("in_color_matrix=bt709", "in_range=limited", "out_color_matrix=bt601", "out_range=full"):
        assert part in arguments.split(":")


def test_an_unspecified_matrix_is_guessed_by_size() -> None:
    """High definition is BT.709, everything below BT.601, RGB is neither."""
    assert matrix_name(ColorInfo(), FrameSize(1280, 720)) == "bt709"
    assert matrix_name(ColorInfo(), FrameSize(720, 576)) == "bt601"
    assert matrix_name(ColorInfo(matrix=9), FrameSize(720, 576)) == "bt2020"
    assert matrix_name(ColorInfo(matrix=0), FrameSize(720, 576)) is None


def test_only_hdr_and_wide_gamut_need_mapping() -> None:
    """Ordinary pictures take the short way."""
    assert needs_mapping(ColorInfo(transfer=16))
    assert needs_mapping(ColorInfo(transfer=18))
    assert needs_mapping(ColorInfo(primaries=9))
    assert not needs_mapping(ColorInfo(primaries=1, transfer=1, matrix=1))
