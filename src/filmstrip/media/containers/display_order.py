"""Until when each frame is shown: packets come in decode order, frames are shown in the order of their PTS.

A frame is shown until the next larger PTS. That one may come later in decode order, but not for long: a packet's PTS is
never before its DTS, and DTS only grows. So the answer is final as soon as a DTS has reached it.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from filmstrip.domain.codec_limits import DEEPEST_REORDERING


class Stamped(Protocol):
    """Something with presentation and decode timestamps in one time base."""

    @property
    def pts(self) -> int | None: ...  # noqa: D102 - the names are those of libav

    @property
    def dts(self) -> int | None: ...  # noqa: D102


PacketT = TypeVar("PacketT", bound=Stamped)


@dataclass(frozen=True, slots=True)
class Shown(Generic[PacketT]):
    """A packet and when its frame is shown, `start <= t < end` in units of its time base.

    Attributes:
        packet: The packet.
        start: Its PTS; None where it has none.
        end: The next larger PTS of the stream, None for the last frame or where the packet has no PTS.
        repeats: How many packets before it have the same PTS. Only the last of them is shown, the others for no time.
        certain_until: Up to when nothing else can be shown even if the stream was cut off at its end; None for ever.
    """

    packet: PacketT
    start: int | None
    end: int | None
    repeats: int = 0
    certain_until: int | None = None

    def covers(self, moment: int) -> bool:
        """Check whether its frame is the one shown at a moment."""
        return self.start is not None and self.start <= moment and (self.end is None or moment < self.end)


class DisplayOrder(Generic[PacketT]):
    """Gives packets back in decode order as soon as it is known until when each is shown."""

    def __init__(self) -> None:
        self._waiting: deque[PacketT] = deque()
        self._known: list[int] = []
        self._last_dts: int | None = None
        self._released: int | None = None
        self._repeats = 0

    def push(self, packet: PacketT) -> Iterator[Shown[PacketT]]:
        """Take the next packet in decode order and give back those that are settled by it."""
        self._waiting.append(packet)
        if packet.pts is not None:
            insort(self._known, packet.pts)
        if packet.dts is not None:
            self._last_dts = packet.dts
        while self._waiting and self._is_settled(self._waiting[0]):
            yield self._release()

    def finish(self) -> Iterator[Shown[PacketT]]:
        """Give back the rest at the end of the stream."""
        while self._waiting:
            yield self._release(is_last=True)

    def _successor(self, pts: int) -> int | None:
        position = bisect_right(self._known, pts)
        return self._known[position] if position < len(self._known) else None

    def _is_settled(self, packet: PacketT) -> bool:
        if packet.pts is None or len(self._waiting) > DEEPEST_REORDERING:
            return True
        successor = self._successor(packet.pts)
        return successor is not None and self._last_dts is not None and successor <= self._last_dts + 1

    def _release(self, *, is_last: bool = False) -> Shown[PacketT]:
        packet = self._waiting.popleft()
        if packet.pts is None:
            return Shown(packet, None, None)
        end = self._successor(packet.pts)
        is_replaced = any(later.pts == packet.pts for later in self._waiting)
        if is_replaced or (end is None and not is_last):
            end = packet.pts  # time stands still or jumps back: shown for no time at all
        self._repeats = self._repeats + 1 if packet.pts == self._released else 0
        self._released = packet.pts
        # What is shown before everything that may still come is of no use as a successor.
        del self._known[: max(0, len(self._known) - 2 * DEEPEST_REORDERING)]
        return Shown(packet, packet.pts, end, self._repeats, self._last_dts if is_last else None)
