"""Frames at moments: reads, decodes and picks the pictures shown at growing targets, with one decoder.

The frame for a target is the one played at it, `pts <= t < pts + duration`; before the first frame the first, after
the last frame the last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from filmstrip.domain.artifact import FrameStamp
from filmstrip.domain.timing import Precision
from filmstrip.media.containers.approach import ShownPacket
from filmstrip.media.sampling.frame_picker import FramePicker, Want
from filmstrip.media.sampling.gop_reader import GopReader
from filmstrip.media.sampling.rescue import Rescue
from filmstrip.media.sampling.targets import Clock, Sample, Target


class Sampler:
    """Takes samples from one open source, targets in growing order."""

    def __init__(
        self, reader: GopReader, picker: FramePicker, rescue: Rescue, clock: Clock, precision: Precision
    ) -> None:
        self._reader = reader
        self._picker = picker
        self._rescue = rescue
        self._clock = clock
        tolerance = precision.tolerance_seconds
        self._tolerance = None if tolerance is None else clock.units(tolerance)

    def samples(self, targets: Iterable[Target]) -> Iterator[Sample]:
        """Take a sample at each target, in the order of the targets or nearly so.

        Raises:
            SourceUnreadableError: Not even a substitute could be decoded for a target.
        """
        waiting = deque(sorted(targets, key=lambda target: target.seconds))
        while waiting:
            yield from self._take(waiting)
        yield from self._settle(self._picker.drain())

    def _take(self, waiting: deque[Target]) -> Iterator[Sample]:
        target = waiting.popleft()
        moment = self._clock.pts(target.seconds)
        known = self._known(moment)
        if known is not None:
            yield from self._serve_again(known, target)
            return
        if self._reader.must_seek(moment):
            yield from self._settle(self._picker.drain())
            self._reader.seek(moment)
        yield from self._reach(target, moment, waiting)

    def _known(self, moment: int) -> ShownPacket | None:
        anchor = None if self._tolerance == 0 else self._reader.anchor_within(moment, self._tolerance)
        return anchor or self._reader.recall(moment)

    def _serve_again(self, shown: ShownPacket, target: Target) -> Iterator[Sample]:
        last = self._picker.last
        if not self._picker.is_waiting_for(shown) and last is not None and last.shown.start == shown.start:
            yield from self._settle([replace(last, targets=[target])])
        elif self._picker.is_waiting_for(shown):
            self._picker.want(shown, target)
        else:
            yield self._rescue_sample(target, shown)

    def _reach(self, target: Target, moment: int, waiting: deque[Target]) -> Iterator[Sample]:
        while True:
            approach = self._reader.approach(moment, self._tolerance)
            if approach.starts_anew:
                yield from self._settle(self._picker.drain())
            if approach.shown is not None:
                self._picker.want(approach.shown, target)
                self._want_neighbours(waiting)
            yield from self._settle(self._picker.decode(approach.packets))
            if approach.shown is not None:
                return
            if not approach.packets:
                yield self._rescue_sample(target, None)
                return

    def _want_neighbours(self, waiting: deque[Target]) -> None:
        """Ask for frames that the same packets hold: a frame shown later may be decoded earlier."""
        while waiting and self._tolerance == 0:
            shown = self._reader.recall(self._clock.pts(waiting[0].seconds))
            if shown is None:
                return
            self._picker.want(shown, waiting.popleft())

    def _settle(self, wants: Iterable[Want]) -> Iterator[Sample]:
        for want in wants:
            for target in want.targets:
                yield self._sample(target, want)

    def _sample(self, target: Target, want: Want) -> Sample:
        if not want.is_met or want.frame is None or want.shown.start is None:
            return self._rescue_sample(target, want.shown)
        frame, pts = want.frame, want.shown.start
        if want.better is not None and want.better[0].pts is not None:
            frame, pts = want.better[0], want.better[0].pts
        is_substitute = self._may_be_lost(target, want.shown)
        stamp = FrameStamp(target.seconds, self._clock.seconds(pts), bool(frame.key_frame), is_substitute)
        return Sample(target, frame, stamp)

    def _may_be_lost(self, target: Target, shown: ShownPacket) -> bool:
        """Check whether another picture may have been shown at a moment, in what was cut off the source."""
        if self._clock.content_seconds is None or shown.certain_until is None:
            return False
        return self._clock.pts(target.seconds) > shown.certain_until

    def _rescue_sample(self, target: Target, shown: ShownPacket | None) -> Sample:
        sample = self._rescue.sample(target, None if shown is None else shown.start)
        if shown is None or not self._may_be_lost(target, shown):
            return sample
        return replace(sample, stamp=replace(sample.stamp, is_substitute=True))
