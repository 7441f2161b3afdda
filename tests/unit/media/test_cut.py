"""How is the first frame of a clip reached?"""

from fractions import Fraction

import pytest

from filmstrip.media.cut import Cut, plan_cut


@pytest.mark.parametrize(
    ("container", "start", "seek", "run_up", "skip"),
    [
        ("mov,mp4,m4a,3gp,3g2,mj2", 0, 1, 0, 0),
        ("mov,mp4,m4a,3gp,3g2,mj2", 30, 26, 5, 0),
        ("matroska,webm", 2, 1, 2, 0),
        ("mpegts", 0, 1, 0, 0),
        ("mpegts", 30, 16, 15, 0),
        ("avi", 10, None, 10, 0),
        ("h264", 30, None, 0, 30),
    ],
)
def test_clips_are_reached_as_the_container_allows(
    container: str, start: int, seek: int | None, run_up: int, skip: int
) -> None:
    """Seeking aims before the clip, farther where it lands less surely; a bare stream is decoded from its start."""
    seek_seconds = None if seek is None else Fraction(seek)
    expected = Cut(seek_seconds, Fraction(run_up), Fraction(skip), duration_seconds=Fraction(5))
    assert plan_cut(container, Fraction(1), Fraction(start), Fraction(5)) == expected
