"""Which frame is taken for a target, and what is decoded for many? Sampler, reader and picker over times alone."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from fake_film import SECOND, FakeCursor, FakeDecoder, FakeRescue, packets_of
from filmstrip.domain.timing import EXACT, KEYFRAME, Precision
from filmstrip.media.containers.approach import Access
from filmstrip.media.sampling.frame_picker import FramePicker
from filmstrip.media.sampling.gop_reader import GopReader
from filmstrip.media.sampling.keyframe_index import IndexedPacket, KeyframeIndex
from filmstrip.media.sampling.sampler import Sampler
from filmstrip.media.sampling.targets import Clock, Sample, SamplingCost, Target

FILM = "I0 P3 b1 b2 P6 b4 b5 I7 P10 b8 b9 P13 b11 b12 I14 P15"
KEYFRAMES = (0, 7, 14)


class Bench:
    """A sampler over a film of times, and what it did."""

    def __init__(self, access: Access = Access.INDEX, precision: Precision = EXACT, **clock: Any) -> None:
        self.film = packets_of(FILM)
        self.cursor: Any = FakeCursor(self.film)
        self.decoder: Any = FakeDecoder()
        self.rescue: Any = FakeRescue()
        keyframes = tuple(IndexedPacket(pts, 1_000_000 * pts, 100, 1000 * pts) for pts in KEYFRAMES)
        index = KeyframeIndex(keyframes if access is Access.INDEX else (), 0)
        reader = GopReader(self.cursor, index, access)
        picker = FramePicker(self.decoder, SamplingCost())
        times = Clock(Fraction(0), Fraction(1, SECOND), **clock)
        self.sampler = Sampler(reader, picker, self.rescue, times, precision)

    def take(self, *moments: float) -> dict[int, int]:
        """The PTS of the frame that is taken for each target, by its index; none of them needs a rescue."""
        taken = {sample.target.index: sample.frame.pts or 0 for sample in self.samples(*moments)}
        assert self.rescue.asked == []
        return taken

    def samples(self, *moments: float) -> list[Sample]:
        targets = [Target(index, Fraction(moment) / SECOND) for index, moment in enumerate(moments)]
        return list(self.sampler.samples(targets))


@pytest.mark.parametrize("moment", range(16))
def test_the_frame_that_is_played(moment: int) -> None:
    """For each moment the frame of that moment is taken, and for the time up to the next one as well."""
    assert Bench().take(moment) == {0: moment}
    assert Bench().take(moment + 0.5) == {0: moment}


def test_behind_the_end() -> None:
    """Behind the last frame it is the last one."""
    assert Bench().take(99) == {0: 15}


def test_all_at_once() -> None:
    """Targets in any order each get their own frame, those of one frame share it, and each GOP is sought once."""
    bench, moments = Bench(), (9, 2, 2.5, 14, 0, 15, 3, 8, 9.25)
    assert bench.take(*moments) == {index: int(moment) for index, moment in enumerate(moments)}
    assert bench.cursor.seeks == [0, 8, 14]


def test_each_keyframe_is_sought_and_the_rest_passed_over() -> None:
    """Far targets are reached by their keyframes; what nothing refers to is decoded for a target alone."""
    bench = Bench()
    bench.take(1, 15)
    assert bench.cursor.seeks == [1, 15]
    assert bench.decoder.decoded == ["I0", "P3", "b1", "I14", "P15"]


def test_neighbours_cost_nothing_more() -> None:
    """A target whose frame was decoded for another one is served by it, without reading on."""
    bench = Bench()
    assert bench.take(1, 3) == {0: 1, 1: 3}
    assert bench.decoder.decoded == ["I0", "P3", "b1"]


def test_keyframes_will_do() -> None:
    """If any keyframe before the moment will do, nothing but keyframes is decoded."""
    bench = Bench(precision=KEYFRAME)
    assert bench.take(5, 9, 12, 15) == {0: 0, 1: 7, 2: 7, 3: 14}
    assert bench.decoder.decoded == ["I0", "I7", "I14"]


def test_a_near_keyframe_is_not_read_past() -> None:
    """A keyframe that is known to be the last one before the moment ends the reading: what follows is not even read."""
    bench = Bench(precision=KEYFRAME)
    bench.take(12)
    assert "P13" not in bench.cursor.read


@pytest.mark.parametrize("access", [Access.INDEX, Access.READ_ON])
def test_a_damaged_frame_is_looked_for_once_more(access: Access) -> None:
    """A frame that comes out damaged is left to the rescue, which is told which one it is; the next GOP is whole."""
    bench = Bench(access)
    bench.film[4].is_broken = True  # P6
    samples = {sample.target.index: sample for sample in bench.samples(6, 8)}
    assert bench.rescue.asked == [(Fraction(6, SECOND), 6)]
    assert samples[0].stamp.is_substitute
    assert not samples[1].stamp.is_substitute
    assert samples[1].frame.pts == 8


def test_what_was_cut_off_is_no_exact_frame() -> None:
    """In a source that was cut off, the last picture is told to be a substitute for what may have followed it."""
    (sample,) = Bench(content_seconds=Fraction(15, SECOND)).samples(40)
    assert sample.frame.pts == 15
    assert sample.stamp.is_substitute
