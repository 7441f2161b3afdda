"""Finds when the n-th frame is shown if packets tell times but not whose: at the n-th smallest of these times.

A container that stores one time a packet gives it to packets in decode order. The pictures come out of the decoder in
the order in which they are shown, and they are shown at the same times, only in another order.
"""

from __future__ import annotations

from bisect import insort
from fractions import Fraction

from filmstrip.domain.clocks import LONGEST_MUXER_DELAY
from filmstrip.media.containers.approach import VideoPacket
from filmstrip.media.sampling.targets import Clock

# The first picture is time 0, unless it comes later than a muxer's own delay can be: B-frames make it wait for others.
_DELAYED_PICTURES = 2


class PacketTimes:
    """The times of packets that went into a decoder and whose pictures have not come out of it."""

    def __init__(self, clock: Clock, step: Fraction) -> None:
        """Begin with no times.

        Args:
            clock: Tells the presentation's start.
            step: For how long a picture is shown, in seconds.
        """
        self._clock = clock
        self._longest_delay = max(LONGEST_MUXER_DELAY, _DELAYED_PICTURES * step)
        self._times: list[int] = []
        self._delay: Fraction | None = None

    def put(self, packet: VideoPacket) -> None:
        """Take the time of a packet that goes into the decoder."""
        time = _time_of(packet)
        if time is not None:
            insort(self._times, time)

    def drop(self, packet: VideoPacket) -> None:
        """Forget the time of a packet that could not be decoded."""
        if _time_of(packet) in self._times:
            self._times.remove(_time_of(packet) or 0)

    def take(self) -> Fraction | None:
        """Give the time of the next picture, in seconds of the presentation; None where no packet told one."""
        if not self._times:
            return None
        seconds = self._clock.seconds(self._times.pop(0))
        if self._delay is None:
            self._delay = seconds if abs(seconds) <= self._longest_delay else Fraction(0)
        return seconds - self._delay


def _time_of(packet: VideoPacket) -> int | None:
    return packet.pts if packet.pts is not None else packet.dts
