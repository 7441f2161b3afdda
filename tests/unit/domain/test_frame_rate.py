"""Which exact rate does a rounded one mean?"""

from fractions import Fraction

import pytest

from filmstrip.domain.frame_rate import snap_frame_rate


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("29.97", Fraction(30000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        ("23.976", Fraction(24000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("119.88", Fraction(120000, 1001)),
    ],
)
def test_rounded_ntsc_rates_become_exact(written: str, meant: Fraction) -> None:
    """What people write for NTSC is taken for the rate that they mean."""
    assert snap_frame_rate(Fraction(written)) == meant


@pytest.mark.parametrize("rate", ["24", "25", "29.9", "30", "12.5", "30000/1001", "60"])
def test_other_rates_stay(rate: str) -> None:
    """A rate that is no rounded one is kept to the digit."""
    assert snap_frame_rate(Fraction(rate)) == Fraction(rate)
