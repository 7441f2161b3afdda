"""Finds a moment in a remote transport or program stream, by the times of a few packets.

libav halves the file until it finds a moment, and reads on at every step: dozens of requests each time. The times that
the packets at some places tell, which are here since the stream was probed, lead there by interpolation. From there the
stream is fetched backwards, piece by piece, up to a packet that is marked as one to begin with.
"""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections.abc import Sequence

from filmstrip.domain.clocks import MPEG_CLOCK_HZ
from filmstrip.media.containers.program_times import Stamp, distance, is_random_access, read_stamps
from filmstrip.media.source.block_cache import BlockCache
from filmstrip.media.timeline.clock_jumps import stamps_at_places

# How much further back each fetch begins, in seconds. Most keyframes are near.
_STEPS = (2, 2, 4, 8)
# What is read behind a moment: the next pictures, which tell that it is reached.
_LEAD = MPEG_CLOCK_HZ * 3 // 10
_MARGIN_BYTES = 32 << 10
_MOST_FETCHED_BYTES = 8 << 20
# A stamp lies inside a packet, whose header has to be read as well.
_LONGEST_PACKET_BYTES = 204


class StampMap:
    """Packets of a stream whose place and time are known, found as they are needed.

    May be used by several threads at once.
    """

    def __init__(self, source: BlockCache) -> None:
        """Know nothing yet.

        Args:
            source: A stream with one video, whose clock does not jump.
        """
        self._source = source
        self._lock = threading.Lock()
        self._first: Stamp | None = None
        self._known: list[tuple[int, int]] = []
        self._has_looked_around = False

    def place_before(self, time: int) -> int | None:
        """Find the byte of the last packet before a moment that decoding can begin with, and bring here what follows.

        Args:
            time: In units of 1/90000 s since the first packet.

        Returns:
            The byte; None where no packet near the moment is marked so.
        """
        self._look_around()
        if self._first is None or not is_random_access(self._source, self._first):
            return None
        end = latest_end = self._estimate(time + _LEAD) + _MARGIN_BYTES
        until = time
        for seconds in _STEPS:
            step = seconds * MPEG_CLOCK_HZ
            begin = min(self._estimate(until - step), end - _MARGIN_BYTES)
            begin = max(self._first.position, begin, latest_end - _MOST_FETCHED_BYTES)
            if begin >= end:
                return None
            stamps = self._read(begin, end)
            if end == latest_end:
                self._reach(time, end)
            place = self._last_entry(stamps, time)
            if place is not None:
                return place
            until = min((self._since_start(stamp) for stamp in stamps), default=until - step)
            end = begin
        return None

    def _read(self, begin: int, end: int) -> Sequence[Stamp]:
        self._source.fetch(begin, end)
        stamps = list(read_stamps(self._source, begin, end))
        self._remember([*stamps[:1], *stamps[-1:]])
        return stamps

    def _reach(self, time: int, end: int) -> None:
        """Bring what lies up to a moment here in one go, where it was taken to lie earlier."""
        later_end = self._estimate(time + _LEAD) + _MARGIN_BYTES
        if later_end > end:
            self._read(end, min(later_end, end + _MOST_FETCHED_BYTES))

    def _last_entry(self, stamps: Sequence[Stamp], time: int) -> int | None:
        for stamp in reversed(stamps):
            if self._since_start(stamp) <= time and is_random_access(self._source, stamp):
                return max(0, stamp.position - _LONGEST_PACKET_BYTES)
        return None

    def _since_start(self, stamp: Stamp) -> int:
        return 0 if self._first is None else distance(self._first, stamp)

    def _estimate(self, time: int) -> int:
        """Guess the byte of a moment from the packets around it whose times are known."""
        with self._lock:
            number = min(max(1, bisect_right(self._known, (time, 0))), len(self._known) - 1)
            low, high = (self._known[max(0, number - 1)], self._known[number])
        part = (time - low[0]) / max(1, high[0] - low[0])
        return low[1] + int((high[1] - low[1]) * min(1.0, max(0.0, part)))

    def _look_around(self) -> None:
        with self._lock:
            if self._has_looked_around:
                return
            stamps = [stamp for stamp in stamps_at_places(self._source) if stamp is not None]
            self._first = min(stamps, key=lambda stamp: stamp.position, default=None)
            self._insert(stamps)
            self._has_looked_around = True

    def _remember(self, stamps: Sequence[Stamp]) -> None:
        with self._lock:
            self._insert(stamps)

    def _insert(self, stamps: Sequence[Stamp]) -> None:
        for stamp in stamps:
            entry = self._since_start(stamp), stamp.position
            if entry not in self._known:
                insort(self._known, entry)
