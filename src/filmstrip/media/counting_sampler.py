"""What if a container does not say when its frames are shown? Then they are counted as they come out of the decoder.

AVI with B-frames stores no presentation times, elementary streams store none at all, and some transport streams only
now and then. Decoders put pictures in the right order all the same, so the n-th picture is shown at n / frame rate.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice

import av.error
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.artifact import FrameStamp
from filmstrip.media.approach import VideoPacket
from filmstrip.media.picture_packets import read_pictures
from filmstrip.media.sampling import Clock, Sample, SamplingCost, Target

_PACKETS_TO_JUDGE_BY = 16
_DEFAULT_RATE = Fraction(25)


def stores_times(container: InputContainer, stream: AvVideoStream) -> bool:
    """Tell whether the packets of a stream say when they are shown. Reads the first of them, except of an MP4."""
    if "mov" in container.format.name:
        return True  # its sample tables give every packet a time (ISO/IEC 14496-12, 8.6.1)
    if container.format.name == "avi":
        return not stream.codec_context.has_b_frames
    try:
        packets = list(islice(read_pictures(container, stream), _PACKETS_TO_JUDGE_BY))
    except av.error.FFmpegError:
        return True  # whatever is wrong shows when it is read in earnest
    return all(packet.pts is not None for packet in packets if packet.size)


class CountingSampler:
    """Takes samples from one open source by decoding it from the beginning, targets in growing order."""

    def __init__(
        self,
        container: InputContainer,
        stream: AvVideoStream,
        decoder: VideoCodecContext,
        clock: Clock,
        cost: SamplingCost,
    ) -> None:
        self._container = container
        self._stream = stream
        self._decoder = decoder
        self._clock = clock
        self._cost = cost
        self._trusts_times = container.format.name != "avi"

    def samples(self, targets: Iterable[Target]) -> Iterator[Sample]:
        """Take a sample at each target."""
        waiting = deque(sorted(targets, key=lambda target: target.seconds))
        shown: tuple[VideoFrame, Fraction] | None = None
        for frame, seconds in self._timed_frames():
            while waiting and shown is not None and waiting[0].seconds < seconds:
                yield self._sample(waiting.popleft(), *shown)
            if not waiting:
                return
            shown = frame, seconds
        while waiting and shown is not None:
            yield self._sample(waiting.popleft(), *shown)

    def _sample(self, target: Target, frame: VideoFrame, seconds: Fraction) -> Sample:
        return Sample(target, frame, FrameStamp(target.seconds, seconds, bool(frame.key_frame)))

    def _timed_frames(self) -> Iterator[tuple[VideoFrame, Fraction]]:
        """Give each picture its time: its own where it is told and can be trusted, else one frame after the last."""
        step = 1 / (self._stream.average_rate or self._stream.guessed_rate or _DEFAULT_RATE)
        following = Fraction(0)
        for frame in self._frames():
            seconds = following
            if self._trusts_times and frame.pts is not None:
                seconds = max(seconds, self._clock.seconds(frame.pts))
            following = seconds + step
            yield frame, seconds

    def _frames(self) -> Iterator[VideoFrame]:
        for packet in self._packets():
            with suppress(av.error.FFmpegError):
                frames = self._decoder.decode(packet)
                self._cost.frames_decoded += len(frames)
                yield from frames

    def _packets(self) -> Iterator[VideoPacket | None]:
        with suppress(av.error.FFmpegError):
            for packet in read_pictures(self._container, self._stream):
                if packet.size:
                    self._cost.packets_read += 1
                    self._cost.packets_decoded += 1
                    yield packet
        yield None
