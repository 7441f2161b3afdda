"""Each physical constant has one home: what codecs hold back, the clocks that files count by, what is assumed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import filmstrip
from filmstrip.domain import codec_limits

ROOT = Path(filmstrip.__file__).parent
# A rate that is chosen, not assumed: that of the video that we make ourselves. Digits in the text of a manifest.
CHOSEN = {"sample_video.py", "seconds.py"}


def test_limits_follow_from_that_of_the_standards() -> None:
    """H.264 A.3.1 and HEVC A.4.2 let a decoder hold 16 pictures; all else is counted from there."""
    assert codec_limits.MOST_HELD_PICTURES == 16
    assert codec_limits.MOST_REORDERED_PICTURES == 17
    assert codec_limits.DEEPEST_REORDERING == 68
    assert codec_limits.USUALLY_REORDERED_PICTURES < codec_limits.MOST_HELD_PICTURES


@pytest.mark.parametrize(
    ("written", "home"),
    [
        (r"\b90_?000\b(?! s)", "domain/clocks.py"),
        (r"\bFraction\(25\)|_RATE = 25\b", "domain/clocks.py"),
        (r"\bor Fraction\(1, 1000\)|TIME_BASE = Fraction\(1, 1000\)", "domain/clocks.py"),
        (r"\bMUXER_DELAY = |_DELAY = Fraction\(1, 4\)", "domain/clocks.py"),
        (r"MICROSECONDS = |CLOCK_HZ = 1_000_000", "domain/clocks.py"),
        (r"NITS = 203", "media/pictures/tone_map.py"),
        (r"\b(yadif|bwdif)\b", "media/frames/deinterlacer.py"),
        (r"_HD_WIDTH|_SD_HEIGHT|UNSPECIFIED = |(primaries|matrix|transfer) == 2\b", "domain/untagged_color.py"),
        (r"(?i)_HELD_PICTURES = \d|_?REORDER\w* = \d(?! \*)", "domain/codec_limits.py"),
    ],
)
def test_no_constant_is_written_elsewhere(written: str, home: str) -> None:
    """Whoever needs one imports it from its home, which names its clause."""
    found = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if path.name not in CHOSEN and re.search(written, path.read_text())
    }
    assert found == {home}
