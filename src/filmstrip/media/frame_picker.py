"""Which of the decoded pictures are the wanted ones? Decodes packets and picks frames by their PTS.

Pictures that nothing else refers to are not decoded at all unless one of them is wanted: that is what makes an exact
frame cheap, and it changes no pixel of any other picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from filmstrip.media.gop_reader import ShownPacket
from filmstrip.media.sampling import SamplingCost, Target


@dataclass(slots=True)
class Want:
    """A frame that is waited for.

    Attributes:
        shown: Its packet.
        targets: The targets that it serves.
        frame: The best picture so far: its own, or the last one before it.
    """

    shown: ShownPacket
    targets: list[Target] = field(default_factory=list)
    frame: VideoFrame | None = None

    @property
    def is_met(self) -> bool:
        """Whether its own picture was decoded, and whole."""
        return self.frame is not None and self.frame.pts == self.shown.start and not self.frame.is_corrupt


class FramePicker:
    """Feeds a decoder and hands out the wanted pictures."""

    def __init__(self, decoder: VideoCodecContext, cost: SamplingCost) -> None:
        self._decoder = decoder
        self._cost = cost
        self._wants: dict[int, Want] = {}
        self._is_fed = False
        self._has_skipped = False
        self.last: Want | None = None

    def want(self, shown: ShownPacket, target: Target) -> None:
        """Ask for the frame of a packet that is about to be decoded."""
        start = shown.start or 0
        self._wants.setdefault(start, Want(shown)).targets.append(target)

    def is_waiting_for(self, shown: ShownPacket) -> bool:
        """Tell whether the frame of a packet is asked for already."""
        return shown.start in self._wants

    def decode(self, packets: Iterable[ShownPacket]) -> Iterator[Want]:
        """Decode packets in order and give back what is met by them."""
        for shown in packets:
            needed = shown.packet.is_keyframe or shown.start in self._wants
            self._decoder.skip_frame = "DEFAULT" if needed else "NONREF"
            self._has_skipped |= not needed
            self._is_fed = True
            self._cost.packets_decoded += 1
            yield from self._collect(self._send(shown))

    def _send(self, shown: ShownPacket | None) -> list[VideoFrame]:
        try:
            return self._decoder.decode(None if shown is None else shown.packet)
        except av.error.FFmpegError:
            return []  # a damaged packet: what depends on it comes out marked corrupt, or not at all

    def _collect(self, frames: list[VideoFrame]) -> Iterator[Want]:
        self._cost.frames_decoded += len(frames)
        for frame in frames:
            if frame.pts is None:
                continue
            for start, want in self._wants.items():
                if frame.pts <= start and (want.frame is None or (want.frame.pts or 0) <= frame.pts):
                    want.frame = frame
            if frame.pts in self._wants and self._wants[frame.pts].is_met:
                yield self._release(frame.pts)

    def _release(self, start: int) -> Want:
        self.last = self._wants.pop(start)
        return self.last

    def drain(self) -> Iterator[Want]:
        """Get out what the decoder still holds, and make it ready for the next keyframe.

        Every want comes back: met, or with the best picture that there was. A packet that is never shown has no
        picture of its own (the alternate reference frames of VP8): where nothing was skipped, the last picture before
        it is the one that is shown.
        """
        if self._is_fed:
            yield from self._collect(self._send(None))
            self._decoder.flush_buffers()
        for start in list(self._wants):
            want = self._release(start)
            if want.frame is not None and not self._has_skipped and not want.frame.is_corrupt:
                want.shown = type(want.shown)(want.shown.packet, want.frame.pts, want.shown.end)
            yield want
        self._is_fed = False
        self._has_skipped = False
