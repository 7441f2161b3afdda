"""A film of nothing but times, for tests of what reads, drops, decodes and picks: no container, no decoder, no pixels.

A film is written as its packets in decode order, `I0 P3 b1 b2 I6 b4 b5`: the kind, and when the picture is shown. I is
a keyframe, P is referred to by others, b is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import av.error

from filmstrip.domain.artifact import FrameStamp
from filmstrip.media.containers.display_order import DisplayOrder, Shown
from filmstrip.media.sampling.targets import Sample, Target

SECOND = 10
"""Units of time a second."""


@dataclass
class FakePacket:
    """A packet that tells its times alone."""

    kind: str
    pts: int | None
    dts: int
    size: int = 100
    is_broken: bool = False

    @property
    def is_keyframe(self) -> bool:
        return self.kind == "I"

    @property
    def name(self) -> str:
        return f"{self.kind}{self.pts}"


@dataclass(frozen=True)
class FakeFrame:
    """A decoded picture without pixels."""

    pts: int
    key_frame: bool = False
    is_corrupt: bool = False


def packets_of(film: str, delay: int = 2) -> list[FakePacket]:
    """The packets of a film; each is decoded so many units before it could be shown at the earliest."""
    words = film.split()
    order = sorted(int(word[1:]) for word in words)
    return [FakePacket(word[0], int(word[1:]), order[number] - delay) for number, word in enumerate(words)]


@dataclass
class FakeCursor:
    """Reads a film's packets as `PacketCursor` does, and notes where it was moved to."""

    film: list[FakePacket]
    is_at_beginning: bool = False
    seeks: list[int] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    position: int = 0

    def units(self, seconds: Fraction | int) -> int:
        return int(seconds * SECOND)

    def seek(self, moment: int) -> None:
        self.seeks.append(moment)
        before = [n for n, packet in enumerate(self.film) if packet.is_keyframe and (packet.pts or 0) <= moment]
        self.is_at_beginning = not before
        self.position = before[-1] if before else 0

    def packets(self) -> Iterator[Shown[FakePacket]]:
        order: DisplayOrder[FakePacket] = DisplayOrder()
        for packet in self.film[self.position :]:
            self.read.append(packet.name)
            yield from order.push(packet)
        yield from order.finish()


class FakeDecoder:
    """Gives each picture back when all that are shown before it have come in, as far as it is asked to decode it."""

    def __init__(self, depth: int = 2) -> None:
        self.skip_frame = "DEFAULT"
        self.decoded: list[str] = []
        self.flushes = 0
        self._depth = depth
        self._held: list[FakeFrame] = []

    def decode(self, packet: FakePacket | None) -> list[FakeFrame]:
        if packet is None:
            return self._give(0)
        if self.skip_frame == "DEFAULT" or packet.kind != "b":
            self.decoded.append(packet.name)
            self._held.append(FakeFrame(packet.pts or 0, packet.is_keyframe, packet.is_broken))
        return self._give(self._depth)

    def flush_buffers(self) -> None:
        self.flushes += 1
        self._held.clear()

    def _give(self, kept: int) -> list[FakeFrame]:
        self._held.sort(key=lambda frame: frame.pts)
        count = max(0, len(self._held) - kept)
        given, self._held = self._held[:count], self._held[count:]
        return given


class FakeRescue:
    """Finds what is expected, and notes for which moments it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Fraction, int | None]] = []

    def sample(self, target: Target, expected_pts: int | None) -> Sample:
        self.asked.append((target.seconds, expected_pts))
        frame: Any = FakeFrame(expected_pts or 0)
        return Sample(target, frame, FrameStamp(target.seconds, target.seconds, is_keyframe=False, is_substitute=True))


class StrictDecoder(FakeDecoder):
    """A decoder that reports a damaged packet instead of covering it up."""

    def decode(self, packet: FakePacket | None) -> list[FakeFrame]:
        if packet is not None and packet.is_broken:
            raise av.error.InvalidDataError(1, "damaged")
        return super().decode(packet)


@dataclass
class FakeStream:
    """A stream of which only the rate and the units are known."""

    time_base: Fraction = Fraction(1, SECOND)
    average_rate: Fraction | None = None
    guessed_rate: Fraction | None = None
    codec_context: Any = field(default_factory=lambda: SimpleNamespace(name="mpeg4", has_b_frames=True))


@dataclass
class FakeContainer:
    """Gives a film's packets as libav's demuxer does, the last one empty, and seeks to keyframes.

    Attributes:
        film: Its packets.
        is_lost_by_seeking: Whether nothing can be read after a seek.
        breaks_off_at: At which packet reading fails, None for none.
    """

    film: list[FakePacket]
    is_lost_by_seeking: bool = False
    breaks_off_at: int | None = None
    format: Any = field(default_factory=lambda: SimpleNamespace(name="avi"))
    seeks: list[int] = field(default_factory=list)
    position: int = 0

    def seek(self, offset: int, **_: object) -> None:
        self.seeks.append(offset)
        before = [n for n, packet in enumerate(self.film) if packet.is_keyframe and (packet.pts or 0) <= offset]
        self.position = len(self.film) if self.is_lost_by_seeking else before[-1] if before else 0

    def demux(self, _: object) -> Iterator[FakePacket]:
        for number in range(self.position, len(self.film)):
            if number == self.breaks_off_at:
                raise av.error.InvalidDataError(1, "broken off")
            yield self.film[number]
        yield FakePacket("", None, 0, size=0)
