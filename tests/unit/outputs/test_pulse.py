"""Is it told that work goes on while a step of it says nothing, and not for ever?"""

from __future__ import annotations

import threading

from filmstrip.outputs._pulse import Pulse


def test_a_long_step_is_told_again_and_again() -> None:
    """Whoever listens hears of it while the work itself is silent, and nothing more when it is over."""
    told, is_enough = list[float](), threading.Event()

    def listen(fraction: float) -> None:
        told.append(fraction)
        if len(told) == 4:
            is_enough.set()

    with Pulse(listen, 60, every_seconds=0.001) as pulse:
        pulse(0.25)
        assert is_enough.wait(30)
    count = len(told)
    assert set(told[told.index(0.25) :]) == {0.25}
    assert threading.active_count() == len([each for each in threading.enumerate() if each.name != "pulse"])
    assert len(told) == count


def test_a_step_that_hangs_falls_silent() -> None:
    """What takes longer than it may is no longer told to go on, until it does."""
    now = 0.0
    told = list[float]()
    pulse = Pulse(told.append, 20, clock=lambda: now)
    pulse.repeat()
    assert told == [0.0]
    pulse(0.5)
    now = 20.0
    pulse.repeat()
    assert told == [0.0, 0.5, 0.5]
    now = 20.1
    pulse.repeat()
    assert told == [0.0, 0.5, 0.5]
    pulse(0.6)
    pulse.repeat()
    assert told == [0.0, 0.5, 0.5, 0.6, 0.6]
