"""The law of untagged colours."""

from __future__ import annotations

import pytest

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.media_info import ColorInfo
from filmstrip.domain.untagged_color import HD, HDR, SD, ColorFamily, color_family


@pytest.mark.parametrize(
    ("size", "family"),
    [
        ((720, 480), SD),
        ((720, 576), SD),
        ((1279, 576), SD),
        ((1280, 536), HD),
        ((640, 577), HD),
        ((1920, 1080), HD),
        ((3840, 2160), HD),
    ],
)
def test_the_stored_size_tells_the_family(size: tuple[int, int], family: ColorFamily) -> None:
    """High definition is what is as wide or higher than that of discs and broadcasts before it."""
    assert color_family(ColorInfo(), FrameSize(*size)) == family


@pytest.mark.parametrize("transfer", [16, 18])
def test_high_dynamic_range_is_bt2020_in_any_size(transfer: int) -> None:
    """Both of its systems have those primaries (ITU-R BT.2100, table 2)."""
    assert color_family(ColorInfo(transfer=transfer), FrameSize(640, 360)) == HDR
