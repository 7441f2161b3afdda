"""Which frame is taken if only the decoder knows the order of the pictures? Over times alone."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import av.error
import pytest

from fake_film import SECOND, FakeContainer, FakePacket, FakeStream, packets_of
from filmstrip.media.sampling.counting_sampler import CountingSampler, stores_times, times_are_shown
from filmstrip.media.sampling.targets import Clock, Sample, SamplingCost, Target

FILM = "I0 P3 b1 b2 P6 b4 b5 I7 P8"
"""Packets in decode order, by the number of their picture in the order in which they are shown."""


@dataclass(frozen=True)
class NumberedFrame:
    """A decoded picture that tells its number; its time only if its packet did."""

    number: int
    pts: int | None
    key_frame: bool
    is_corrupt: bool = False


class CountingDecoder:
    """Gives pictures in the order in which they are shown, however little their packets tell of it."""

    def __init__(self, numbers: dict[int, int], damaged: set[str]) -> None:
        self._numbers, self._damaged = numbers, damaged
        self._held: list[NumberedFrame] = []

    def decode(self, packet: FakePacket | None) -> list[NumberedFrame]:
        if packet is not None and packet.is_broken:
            raise av.error.InvalidDataError(1, "damaged")
        is_end = packet is None or not packet.size  # as libav takes it
        if packet is not None and not is_end:
            number = self._numbers[id(packet)]
            is_corrupt = f"{packet.kind}{number}" in self._damaged
            self._held.append(NumberedFrame(number, packet.pts, packet.is_keyframe, is_corrupt))
        self._held.sort(key=lambda frame: frame.number)
        kept = 0 if is_end else 2
        given = self._held[: len(self._held) - kept] if len(self._held) > kept else []
        self._held = self._held[len(given) :]
        return given

    def flush_buffers(self) -> None:
        self._held.clear()


class Bench:
    """A film whose packets tell one time each, in decode order, as AVI does, and a sampler that counts."""

    def __init__(
        self,
        *broken: str,
        kind: str = "avi",
        times: list[int | None] | None = None,
        damaged: set[str] | None = None,
        content_seconds: Fraction | None = None,
        breaks_off_at: int | None = None,
    ) -> None:
        film = packets_of(FILM)
        numbers = {id(packet): packet.pts or 0 for packet in film}
        for packet in film:
            packet.is_broken = packet.name in broken
        for packet, time in zip(film, times or range(len(film)), strict=True):
            packet.pts = packet.dts = time  # type: ignore[assignment]  # a packet may tell none
        source: Any = FakeContainer(film, breaks_off_at=breaks_off_at, format=SimpleNamespace(name=kind))
        decoder: Any = CountingDecoder(numbers, damaged or set())
        stream: Any = FakeStream(average_rate=Fraction(SECOND))
        stream.codec_context.decode, stream.codec_context.flush_buffers = decoder.decode, decoder.flush_buffers
        self.container, self.stream, self.cost = source, stream, SamplingCost()
        clock = Clock(Fraction(0), Fraction(1, SECOND), content_seconds)
        self._sampler = CountingSampler(source, stream, decoder, clock, self.cost)

    def samples(self, *moments: float) -> list[Sample]:
        targets = [Target(index, Fraction(moment) / SECOND) for index, moment in enumerate(moments)]
        return list(self._sampler.samples(targets))

    def taken(self, *moments: float) -> list[tuple[int, bool]]:
        """The number of the frame that is taken for each target, and whether it stands for another one."""
        samples = sorted(self.samples(*moments), key=lambda sample: sample.target.index)
        frames: list[Any] = [sample.frame for sample in samples]
        return [(frame.number, sample.stamp.is_substitute) for frame, sample in zip(frames, samples, strict=True)]


@pytest.mark.parametrize("moment", range(9))
def test_the_frame_that_is_played(moment: int) -> None:
    """The n-th picture out of the decoder is shown at the n-th time, though its packet told another one."""
    assert Bench().taken(moment) == [(moment, False)]
    assert Bench().taken(moment + 0.5) == [(moment, False)]


def test_many_at_once_in_any_order() -> None:
    """The film is decoded once, and no further than the last target needs."""
    bench = Bench()
    assert bench.taken(4, 0, 4.5, 2) == [(4, False), (0, False), (4, False), (2, False)]
    assert bench.cost.packets_decoded < len(FILM.split())


def test_behind_the_end() -> None:
    """The last picture stays; it is a substitute only for what was cut off the source."""
    assert Bench().taken(50) == [(8, False)]
    assert Bench(content_seconds=Fraction(1)).taken(8, 50) == [(8, False), (8, True)]


def test_pictures_that_stay_for_different_times() -> None:
    """Times of packets count where they are told, not the frame rate."""
    times: list[int | None] = [0, 1, 2, 30, 31, 32, 60, 61, 62]
    assert Bench(times=times).taken(29, 30, 59, 61) == [(2, False), (3, False), (5, False), (7, False)]


def test_a_delay_of_the_decoder_is_no_time() -> None:
    """If the first picture is told a little late, since it waits for others, all are earlier by that."""
    times: list[int | None] = [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert Bench(times=times).taken(0, 1, 8) == [(0, False), (1, False), (8, False)]


def test_without_any_time_the_rate_counts() -> None:
    """Bare streams tell none: the n-th picture is shown at n / rate."""
    bench = Bench(times=[None] * 9)
    assert bench.taken(0, 3.5, 8) == [(0, False), (3, False), (8, False)]
    assert [sample.stamp.actual_seconds for sample in Bench(times=[None] * 9).samples(3.5)] == [Fraction(3, SECOND)]


def test_a_packet_that_cannot_be_decoded_takes_its_time_along() -> None:
    """Those after it are not counted one too early.

    All that come out of the decoder from then on up to the next keyframe are stood for, as any may refer to it.
    """
    assert Bench("P6").taken(1, 3, 5, 7, 8) == [(1, False), (1, True), (1, True), (7, False), (8, False)]


def test_damage_is_followed_to_the_next_keyframe() -> None:
    """What may refer to a damaged picture is not shown: the last good one stands for it, up to the next keyframe."""
    taken = Bench(damaged={"P3"}).taken(2, 3, 6, 7)
    assert taken == [(2, False), (2, True), (2, True), (7, False)]


def test_damage_at_the_beginning() -> None:
    """If there is no good picture yet, the damaged one is shown, and called a substitute."""
    assert Bench(damaged={"I0"}).taken(0, 6, 7) == [(0, True), (0, True), (7, False)]


def test_a_source_that_breaks_off() -> None:
    """What was read so far is shown to its end."""
    assert Bench(breaks_off_at=4).taken(2, 8) == [(2, False), (3, False)]


def test_times_of_a_broadcast_are_believed() -> None:
    """In a transport stream some packets tell a time, and that is the picture's own; others follow by the rate."""
    times: list[int | None] = [10, None, None, None, 40, None, None, None, None]
    bench = Bench(kind="mpegts", times=times)
    # Picture 6 is the one whose packet told 40; those before it follow the first by one frame each.
    assert bench.taken(10, 13, 39, 40, 41) == [(0, False), (3, False), (5, False), (6, False), (7, False)]


@pytest.mark.parametrize(
    ("kind", "has_b_frames", "is_told"),
    [("avi", True, False), ("avi", False, True), ("mov,mp4,m4a,3gp,3g2,mj2", True, True), ("h264", True, False)],
)
def test_what_a_container_tells_of_times(kind: str, has_b_frames: bool, is_told: bool) -> None:  # noqa: FBT001 - a table
    """AVI tells true times without B-frames only, MP4 always, a bare stream never."""
    bench = Bench(kind=kind)
    bench.stream.codec_context.has_b_frames = has_b_frames
    assert stores_times(bench.container, bench.stream) is is_told


IN_DECODE_ORDER: list[int | None] = [0, 3, 1, 2, 6, 4, 5, 7, 8]


@pytest.mark.parametrize(
    ("times", "is_told"),
    [
        (IN_DECODE_ORDER, True),  # they jump back, as shown times of B-frames do
        (list(range(9)), False),  # they only grow, but the pictures come out in another order
        ([0, 3, 1, 2, None, 4, 5, 7, 8], False),
        ([None] * 9, False),
    ],
)
def test_a_careless_muxer_is_seen_through(times: list[int | None], is_told: bool) -> None:  # noqa: FBT001 - a table
    """Of Matroska the first packets are looked at."""
    bench = Bench(kind="matroska,webm", times=times)
    assert stores_times(bench.container, bench.stream) is is_told


def test_times_that_jump_back_are_shown() -> None:
    """That is seen with the first that does, reading no further; times that only grow are not those of B-frames."""
    bench = Bench(times=IN_DECODE_ORDER, breaks_off_at=3)
    assert times_are_shown(bench.container, bench.stream)
    bench = Bench()
    assert not times_are_shown(bench.container, bench.stream)
