"""How is the first frame of a clip reached?"""

from fractions import Fraction

import pytest

from filmstrip.domain.container_kind import kind_named
from filmstrip.media.transcoding.cut import Cut, plan_cut


@pytest.mark.parametrize(
    ("container", "start", "seek", "run_up", "skip"),
    [
        ("mov,mp4,m4a,3gp,3g2,mj2", 0, None, Fraction(1, 4), 0),
        ("mov,mp4,m4a,3gp,3g2,mj2", 30, 26, 5, 0),
        ("matroska,webm", 2, None, Fraction(9, 4), 0),
        ("mpegts", 0, None, Fraction(1, 4), 0),
        ("mpegts", 30, 16, 15, 0),
        ("flv", 0, None, Fraction(1, 4), 0),
        ("avi", 10, None, Fraction(41, 4), 0),
        ("h264", 30, None, 0, 30),
    ],
)
def test_clips_are_reached_as_the_container_allows(
    container: str, start: int, seek: int | None, run_up: Fraction, skip: int
) -> None:
    """Seeking aims before the clip, farther where it lands less surely; a bare stream is decoded from its start.

    What a container holds before the presentation's first moment is passed over, whatever the container.
    """
    seek_seconds = None if seek is None else Fraction(seek)
    expected = Cut(seek_seconds, Fraction(run_up), Fraction(skip), duration_seconds=Fraction(5))
    assert plan_cut(kind_named(container), Fraction(3, 4), Fraction(1), Fraction(start), Fraction(5)) == expected
