"""How long is a pause?"""

import math

from filmstrip.domain.pauses import growing_pause


def test_pauses_double_up_to_the_longest() -> None:
    """From the first one on, and never beyond the longest, after however many tries."""
    assert [growing_pause(index, 1, 10) for index in range(6)] == [1, 2, 4, 8, 10, 10]
    assert growing_pause(10**9, 0.2, 15) == 15
    assert math.isfinite(growing_pause(10**9, 1, math.inf))
