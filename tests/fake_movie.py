"""Streams and containers of nothing but what a header says, for tests of where a source ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

MILLISECOND = Fraction(1, 1000)


@dataclass(frozen=True)
class Entry:
    """A packet of a sample table."""

    timestamp: int
    pos: int = 0
    size: int = 10
    is_discard: bool = False


def entries(*timestamps: int) -> list[Entry]:
    """Packets of ten bytes, one behind the other, by their decoding times."""
    return [Entry(timestamp, 10 * number) for number, timestamp in enumerate(timestamps)]


@dataclass
class FakeStream:
    """What libav tells of a stream. Times are in milliseconds."""

    index: int = 0
    type: str = "video"
    frames: int = 0
    duration: int | None = None
    start_time: int | None = 0
    index_entries: Sequence[Entry] = ()
    average_rate: Fraction | None = Fraction(25)
    guessed_rate: Fraction | None = Fraction(25)
    time_base: Fraction = MILLISECOND


@dataclass
class FakePacket:
    """A packet at the end of a file."""

    stream: FakeStream
    pts: int | None
    duration: int = 40
    size: int = 10
    is_discard: bool = False

    @property
    def stream_index(self) -> int:
        return self.stream.index

    @property
    def time_base(self) -> Fraction:
        return self.stream.time_base


class Streams(list[Any]):
    """The streams of a container, and those of a kind."""

    @property
    def video(self) -> list[Any]:
        return [stream for stream in self if stream.type == "video"]

    @property
    def audio(self) -> list[Any]:
        return [stream for stream in self if stream.type == "audio"]


@dataclass
class FakeContainer:
    """What libav tells of a file; times of the container are in microseconds."""

    all_streams: Sequence[FakeStream]
    tail: Sequence[FakePacket] = ()
    kind: str = "mov,mp4,m4a,3gp,3g2,mj2"
    start_time: int | None = 0
    duration: int | None = None
    seeks: list[int] = field(default_factory=list)

    @property
    def streams(self) -> Streams:
        return Streams(self.all_streams)

    @property
    def format(self) -> Any:
        return SimpleNamespace(name=self.kind)

    def seek(self, offset: int, **_: object) -> None:
        self.seeks.append(offset)

    def demux(self) -> Iterator[FakePacket]:
        yield from self.tail
