"""Which frame is shown if the right one does not come out of the decoder? Over times alone."""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction
from typing import Any

import pytest

from fake_film import SECOND, FakeContainer, FakeStream, StrictDecoder, packets_of
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.media.sampling.rescue import OpenVideo, Rescue
from filmstrip.media.sampling.targets import Clock, Sample, SamplingCost, Target

FILM = "I0 P3 b1 b2 P6 b4 b5 I70 P73 b71 b72 I140 P143 b141 b142"
"""Three groups, seven seconds apart."""


class Bench:
    """A rescue over a film of times, some of whose packets are damaged, and what it did."""

    def __init__(
        self, *broken: str, film: str = FILM, content_seconds: Fraction | None = None, **container: Any
    ) -> None:
        self.film = packets_of(film)
        for packet in self.film:
            packet.is_broken = packet.name in broken
        self.opened: list[FakeContainer] = []
        self.closed = 0
        self.decoder: Any = StrictDecoder()
        self._container = container
        clock = Clock(Fraction(0), Fraction(1, SECOND), content_seconds)
        self.rescue = Rescue(self._open, clock, SamplingCost())

    def _open(self, stack: ExitStack) -> OpenVideo:
        stack.callback(self._close)
        container: Any = FakeContainer(self.film, **self._container)
        self.opened.append(container)
        stream: Any = FakeStream()
        return container, stream, self.decoder

    def _close(self) -> None:
        self.closed += 1

    def sample(self, moment: float, expected: int | None = None) -> Sample:
        return self.rescue.sample(Target(0, Fraction(moment) / SECOND), expected)

    def taken(self, moment: float, expected: int | None = None) -> tuple[int | None, bool]:
        """The PTS of the frame that is taken, and whether it stands for another one."""
        sample = self.sample(moment, expected)
        return sample.frame.pts, sample.stamp.is_substitute

    @property
    def seeks(self) -> list[int]:
        return [offset for container in self.opened for offset in container.seeks]


@pytest.mark.parametrize("moment", [0, 1, 5, 70, 72, 142])
def test_the_expected_frame_is_found_at_once(moment: int) -> None:
    """If it can be decoded from the keyframe before it, one look is enough, and it is no substitute."""
    bench = Bench()
    assert bench.taken(moment, moment) == (moment, False)
    assert bench.seeks == [moment]


def test_further_back() -> None:
    """A group whose keyframe is damaged is read from the one before it, two seconds back, then ten."""
    bench = Bench("I140")
    assert bench.taken(143, 143) == (73, True)
    assert bench.seeks == [143, 123, 43]


def test_the_nearest_good_frame_stands_for_a_lost_one() -> None:
    """The one behind it, if that is nearer than the one before."""
    assert Bench("b4").taken(4, 4) == (3, True)
    assert Bench("P6").taken(69, 69) == (70, True)


def test_nothing_after_damage_is_taken_up_to_the_next_keyframe() -> None:
    """What refers to a damaged picture is damaged, although it comes out of the decoder."""
    bench = Bench("P3")
    assert bench.taken(6, 6) == (0, True)
    assert "P6" not in bench.decoder.decoded
    assert "I70" in bench.decoder.decoded


def test_leading_pictures_without_their_group_are_not_taken() -> None:
    """What is shown before the keyframe that decoding begins with refers to what was not decoded."""
    bench = Bench(film="I0 P3 b1 b2 I70 b68 b69 P73")
    assert bench.taken(69, 69) == (69, False)
    assert Bench("I0", film="I0 P3 b1 b2 I70 b68 b69 P73").taken(69, 69) == (70, True)


def test_from_the_beginning_if_seeking_leads_nowhere() -> None:
    """A container that is lost after a seek is opened again; then the frame is known for sure, and the first closed."""
    bench = Bench(is_lost_by_seeking=True)
    assert bench.taken(72.5) == (72, False)
    assert bench.seeks == [72, 52, -28, -528, -5928]
    assert (len(bench.opened), bench.closed) == (2, 1)
    bench.rescue.close()
    assert bench.closed == 2


def test_a_frame_is_not_sure_if_something_was_lost_on_the_way() -> None:
    """A picture may have been shown since, which could not be decoded; or in what was cut off the source."""
    assert Bench("b71", is_lost_by_seeking=True).taken(72.5) == (73, True)
    assert Bench(is_lost_by_seeking=True, content_seconds=Fraction(7)).taken(72.5) == (72, True)
    assert Bench(is_lost_by_seeking=True, breaks_off_at=10).taken(72.5) == (70, True)


def test_what_is_expected_and_not_found_is_never_claimed() -> None:
    """A frame that is expected by its PTS, but is not in the source, is a substitute."""
    assert Bench().taken(75, 75) == (73, True)


def test_the_time_of_the_frame_is_told() -> None:
    """A substitute tells its own time beside the one asked for."""
    stamp = Bench("b4").sample(4, 4).stamp
    assert (stamp.requested_seconds, stamp.actual_seconds) == (Fraction(4, SECOND), Fraction(3, SECOND))
    assert Bench().sample(70, 70).stamp.is_keyframe


def test_nothing_near_can_be_decoded() -> None:
    """Then it is an error that names the moment, after all ways were tried."""
    bench = Bench("I0", "I70", "I140")
    with pytest.raises(SourceUnreadableError, match=r"cannot be decoded at 7\.200 s, nor near it"):
        bench.sample(72, 72)
    assert len(bench.seeks) == 5
    assert len(bench.opened) == 2
