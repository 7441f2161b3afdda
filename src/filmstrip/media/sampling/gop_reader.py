"""Reads the packets that lead to the frame shown at a moment: from the keyframe before it to its own packet, no more.

Packets are only read here, never decoded, and held back until it is sure that they are needed: when a keyframe comes
up that is still not after the moment, everything held before it is dropped. An open GOP, of which the frames at 7 and
at 9 are wanted, after a seek that led to I0 (I keyframe, P referred to by others, b by none; the numbers say when each
is shown):

    in the file     I0  P3  b1  b2  I6  b4  b5  P9  b7  b8
    read            ─────────────────────────────────────▶    until it is sure how long 7 is shown
    dropped         ▒▒▒▒▒▒▒▒▒▒▒▒▒▒      ▒▒▒▒▒▒                what came before I6, when I6 comes up; and its leading
                                                              pictures b4 and b5, which refer to what is dropped
    handed out                      I6          P9  b7        for 7
    recalled                                    P9            for 9: its packet was handed out already
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction

from filmstrip.media.containers.approach import Access, Approach, ShownPacket
from filmstrip.media.sampling.keyframe_index import KeyframeIndex
from filmstrip.media.sampling.packet_cursor import PacketCursor

# Held packets of an endless GOP are handed out before they fill the memory.
_MOST_HELD_BYTES = 16 << 20
_FIRST_STEP_BACK_SECONDS = 2
# Without an index, a target that is at most so far ahead is reached by reading on.
_READ_ON_SECONDS = 5


class KeyframeMissingError(Exception):
    """No keyframe before the moment lies in what a reader may read."""


class GopReader:
    """Reads packets of one video stream towards growing moments."""

    def __init__(self, cursor: PacketCursor, index: KeyframeIndex, access: Access) -> None:
        self._cursor = cursor
        self._index = index
        self._access = Access.INDEX if index else access
        self._source: Iterator[ShownPacket] = iter(())
        self._held: deque[ShownPacket] = deque()
        self._held_bytes = 0
        self._recent: list[ShownPacket] = []
        self._position: int | None = None
        self._anchor: ShownPacket | None = None
        self._first_keyframe: ShownPacket | None = None
        self._starts_anew = False
        self._is_positioned = False
        self._may_seek = True
        self._sought: int | None = None

    def start_here(self, *, can_step_back: bool) -> None:
        """Read on from where the container stands, and never seek.

        Args:
            can_step_back: Whether the caller can begin further back; `KeyframeMissingError` asks it to.
        """
        self._restart()
        self._is_positioned = True
        self._may_seek = not can_step_back
        self._cursor.is_at_beginning = not can_step_back

    def recall(self, moment: int) -> ShownPacket | None:
        """Find the packet shown at a moment among those that were handed out lately."""
        first = self._first_keyframe
        if first is not None and first.start is not None and moment < first.start:
            return first
        return next((shown for shown in self._recent if shown.covers(moment)), None)

    def anchor_within(self, moment: int, tolerance: int | None) -> ShownPacket | None:
        """Find the keyframe of the current GOP if it is near enough before a moment, and known to be the last one."""
        anchor = self._anchor
        if anchor is None or anchor.start is None or anchor.start > moment:
            return None
        is_near = tolerance is None or moment - anchor.start <= tolerance
        return anchor if is_near and self._is_in_current_gop(moment) else None

    def _is_in_current_gop(self, moment: int) -> bool:
        if self._access is not Access.INDEX or self._anchor is None or self._anchor.start is None:
            return False
        return self._index.position_before(moment) == self._index.position_before(self._anchor.start)

    def _is_reached_by_reading(self, moment: int) -> bool:
        start = None if self._anchor is None else self._anchor.start
        return start is not None and self._index.is_read_on(start, moment)

    def must_seek(self, moment: int) -> bool:
        """Check whether a moment is reached sooner by seeking than by reading on."""
        if not self._is_positioned:
            return True
        if self._anchor is not None and self._anchor.start is not None and moment < self._anchor.start:
            return True
        if self._access is Access.INDEX:
            return not self._is_in_current_gop(moment) and not self._is_reached_by_reading(moment)
        position = self._position
        if position is None or self._access is Access.READ_ON:
            return position is not None and moment < position
        return not 0 <= moment - position <= self._cursor.units(_READ_ON_SECONDS)

    def seek(self, moment: int, back_seconds: Fraction = Fraction(0)) -> None:
        """Move to a keyframe before a moment, or to the beginning where there is none."""
        self._is_positioned = True
        self._sought = moment
        self._cursor.seek(moment - self._cursor.units(back_seconds))
        self._restart()

    def _restart(self) -> None:
        self._source = self._cursor.packets()
        self._held.clear()
        self._held_bytes = 0
        self._recent.clear()
        self._position = None
        self._anchor = None
        self._first_keyframe = None

    def approach(self, moment: int, tolerance: int | None = 0) -> Approach:
        """Read up to the frame shown at a moment.

        Args:
            moment: In the stream's time base; not before that of an earlier call since the last seek.
            tolerance: A keyframe at most so far before the moment will do as well; None for any keyframe before it.
        """
        # A frame shown later may have been decoded earlier; those that are over now will not be asked for again.
        self._recent = [shown for shown in self._recent if shown.end is None or shown.end > moment]
        back = Fraction(0)
        while True:
            found = self._read_towards(moment, tolerance)
            if found is not None:
                return found
            if not self._may_seek:
                raise KeyframeMissingError
            back = back * 2 or Fraction(_FIRST_STEP_BACK_SECONDS)
            self.seek(moment, back)

    def _read_towards(self, moment: int, tolerance: int | None) -> Approach | None:
        for shown in self._source:
            passed = self._passes(shown, moment)
            self._hold(shown, moment)
            near = self.anchor_within(moment, tolerance) if tolerance != 0 else None
            if near is not None and self._held:
                return self._hand_out(near, only_anchor=True)
            if passed or shown.covers(moment):
                return self._arrive(shown, moment, tolerance)
            if self._held_bytes > _MOST_HELD_BYTES:
                return self._hand_out(None)
        if self._is_stuck_before(moment):
            self.seek(moment)
            return self._read_towards(moment, tolerance)
        if self._anchor is None:
            return Approach((), None, starts_anew=False) if self._cursor.is_at_beginning else None
        return self._hand_out(self._latest())

    def _is_stuck_before(self, moment: int) -> bool:
        """Check whether reading on ended in a GOP before the one that was meant, as it does at a damaged place."""
        is_on_the_way = self._access is Access.INDEX and self._anchor is not None and not self._sought_for(moment)
        return is_on_the_way and not self._is_in_current_gop(moment)

    def _sought_for(self, moment: int) -> bool:
        return self._sought is not None and self._sought >= moment

    def _passes(self, shown: ShownPacket, moment: int) -> bool:
        return self._anchor is None and shown.start is not None and shown.start > moment

    def _arrive(self, shown: ShownPacket, moment: int, tolerance: int | None) -> Approach | None:
        if self._anchor is None:
            if not self._cursor.is_at_beginning:
                return None
            return self._arrive_before_first_keyframe(shown)
        anchor = self._anchor
        if tolerance != 0 and anchor.start is not None and (tolerance is None or moment - anchor.start <= tolerance):
            return self._hand_out(anchor, only_anchor=True)
        return self._hand_out(shown)

    def _arrive_before_first_keyframe(self, passed: ShownPacket) -> Approach:
        """No keyframe lies before the moment at all: the first one of the stream is the nearest picture."""
        shown: ShownPacket | None = passed
        is_clamped = False
        while shown is not None and not shown.packet.is_keyframe:
            is_clamped = True
            shown = next(self._source, None)
        if shown is None:
            return Approach((), None, starts_anew=False)
        self._hold(shown, shown.start if shown.start is not None else 0)
        self._first_keyframe = shown
        approach = self._hand_out(shown)
        return Approach(approach.packets, shown, starts_anew=True, is_clamped=is_clamped)

    def _hold(self, shown: ShownPacket, moment: int) -> None:
        if shown.packet.is_keyframe and shown.start is not None and shown.start <= moment:
            self._held.clear()
            self._held_bytes = 0
            self._anchor = shown
            self._starts_anew = True
        if self._anchor is not None and not self._is_leading(shown):
            self._held.append(shown)
            self._held_bytes += shown.packet.size

    def _is_leading(self, shown: ShownPacket) -> bool:
        """Check whether a packet follows the keyframe that decoding begins with, but is shown before it (open GOP).

        Such pictures refer to the GOP before, and nothing after the keyframe refers to them.
        """
        if not self._starts_anew or self._anchor is None or self._anchor.start is None:
            return False
        return shown.start is not None and shown.start < self._anchor.start

    def _hand_out(self, shown: ShownPacket | None, *, only_anchor: bool = False) -> Approach:
        starts_anew, self._starts_anew = self._starts_anew, False
        count = 1 if only_anchor and starts_anew else 0 if only_anchor else len(self._held)
        packets = tuple(self._held.popleft() for _ in range(count))
        self._held_bytes = sum(held.packet.size for held in self._held)
        self._recent.extend(packets)
        self._position = packets[-1].start if packets else self._position
        return Approach(packets, shown, starts_anew)

    def _latest(self) -> ShownPacket | None:
        known = [shown for shown in (*self._recent, *self._held) if shown.start is not None]
        return max(known, key=lambda shown: shown.start or 0, default=None)
