"""Decodes packets and picks the wanted ones of their frames, by PTS.

Pictures that nothing else refers to are not decoded at all unless one of them is wanted: that is what makes an exact
frame cheap, and it changes no pixel of any other picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from filmstrip.domain.codec_limits import MOST_HELD_PICTURES
from filmstrip.media.containers.approach import ShownPacket, VideoPacket
from filmstrip.media.sampling.frame_judge import FrameJudge, Verdict
from filmstrip.media.sampling.targets import SamplingCost, Target


@dataclass(slots=True)
class Want:
    """A frame that is waited for.

    Attributes:
        shown: Its packet.
        targets: The targets that it serves.
        frame: The best picture so far: its own, or the last one before it.
        to_pass: How many pictures with the same PTS come before its own.
        better: A picture shortly before its own that is worth more, with what was found about it.
        met_at: How many pictures had come out of the decoder when its own did; None before that.
    """

    shown: ShownPacket
    targets: list[Target] = field(default_factory=list)
    frame: VideoFrame | None = None
    to_pass: int = 0
    better: tuple[VideoFrame, Verdict] | None = None
    met_at: int | None = None

    @property
    def is_met(self) -> bool:
        """Whether its own picture was decoded, and whole."""
        return self.frame is not None and self.frame.pts == self.shown.start and not self.frame.is_corrupt


class FramePicker:
    """Feeds a decoder and hands out the wanted pictures."""

    def __init__(self, decoder: VideoCodecContext, cost: SamplingCost, best_within: int | None = None) -> None:
        """Make a picker.

        Args:
            decoder: Not fed by anybody else.
            cost: Is told what decoding took.
            best_within: How far before its own a better picture may lie, in units of PTS; None to look for none.
        """
        self._decoder = decoder
        self._cost = cost
        self._best_within = best_within
        self._judge = FrameJudge()
        self._wants: dict[int, Want] = {}
        self._is_fed = False
        self._has_skipped = False
        self._is_damaged = False
        self._came_out = 0
        self.last: Want | None = None

    def want(self, shown: ShownPacket, target: Target) -> None:
        """Ask for the frame of a packet that is about to be decoded."""
        start = shown.start or 0
        self._wants.setdefault(start, Want(shown, to_pass=shown.repeats)).targets.append(target)

    def is_waiting_for(self, shown: ShownPacket) -> bool:
        """Check whether the frame of a packet is asked for already."""
        return shown.start in self._wants

    def decode(self, packets: Iterable[ShownPacket]) -> Iterator[Want]:
        """Decode packets in order and give back what is met by them.

        After a damaged packet nothing more is decoded up to the next `drain`: all that follows may refer to it.
        """
        for shown in packets:
            if self._is_damaged:
                return
            needed = shown.packet.is_keyframe or shown.start in self._wants
            self._decoder.skip_frame = "DEFAULT" if needed else "NONREF"
            self._has_skipped |= not needed
            self._is_fed = True
            self._cost.packets_decoded += 1
            yield from self._send(shown.packet)

    def _send(self, packet: VideoPacket | None) -> Iterator[Want]:
        try:
            frames = self._decoder.decode(packet)
        except av.error.FFmpegError:
            frames = []
            self._is_damaged = True
        yield from self._collect(frames)

    def _collect(self, frames: list[VideoFrame]) -> Iterator[Want]:
        self._cost.frames_decoded += len(frames)
        for frame in frames:
            self._came_out += 1
            self._is_damaged |= frame.is_corrupt
            if frame.pts is None:
                continue
            for want in self._wants.values():
                _offer(want, frame, frame.pts)
                self._consider(want, frame, frame.pts)
            met = self._wants.get(frame.pts)
            if met is not None and met.is_met and met.met_at is None:
                met.met_at = self._came_out
        yield from self._release_trusted()

    def _release_trusted(self) -> Iterator[Want]:
        """Give back wants whose picture is sure to be whole.

        A picture may refer to one that comes out after it, and would show its damage without being marked itself.
        """
        if self._is_damaged:
            return
        for start, want in list(self._wants.items()):
            if want.met_at is not None and self._came_out - want.met_at >= MOST_HELD_PICTURES:
                yield self._release(start)

    def _consider(self, want: Want, frame: VideoFrame, pts: int) -> None:
        """Remember a picture in the window before the wanted one if it is the best so far."""
        start = want.shown.start or 0
        if self._best_within is None or not start - self._best_within <= pts <= start or frame.is_corrupt:
            return
        verdict = self._judge.judge(frame)
        best = want.better
        # The wanted picture comes last: it is taken unless what is remembered is clearly better.
        if best is None or (not verdict.is_beaten_by(best[1]) if pts == start else best[1].is_beaten_by(verdict)):
            want.better = frame, verdict

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
            yield from self._send(None)
            self._decoder.flush_buffers()
        is_whole = not self._has_skipped and not self._is_damaged
        for start in list(self._wants):
            want = self._release(start)
            if self._is_damaged:
                want.frame = None
            if is_whole and want.frame is not None and not want.frame.is_corrupt:
                want.shown = replace(want.shown, start=want.frame.pts)
            yield want
        self._is_fed = self._has_skipped = self._is_damaged = False


def _offer(want: Want, frame: VideoFrame, pts: int) -> None:
    """Let a want take a picture if it is its own, or the latest one before it so far."""
    if pts == want.shown.start and want.to_pass:
        want.to_pass -= 1
    elif pts <= (want.shown.start or 0) and (want.frame is None or (want.frame.pts or 0) <= pts):
        want.frame = frame
